// The lab's built page on a web server of its own, for tests that open it in Chromium. LAB_PAGE names the folder of the built page
// (build/lab unless set), CHROMIUM the browser.
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, extname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const { chromium } = createRequire(resolve(here, "../../../apps/lab/page/package.json"))("playwright-core");
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };

/** The folder of the built page. */
export const folder = resolve(process.env.LAB_PAGE ?? resolve(here, "../../../build/lab"));

/** Serves it below a folder and not at the root, for the page's addresses must be relative; `served` hears of every file. */
export async function openSite(served = () => {}) {
  assert.ok(existsSync(join(folder, "index.html")), `${folder} holds no page: run scripts/lab.sh --build`);
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(request.url.split(/[?#]/)[0])).replace(/^\/some\/folder\//, "");
    const file = join(folder, path || "index.html");
    if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
    const body = readFileSync(file);
    served(path, body);
    return response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(body);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  return {
    address: `http://127.0.0.1:${server.address().port}/some/folder/`,
    browser,
    async close() {
      await browser.close();
      server.close();
    },
  };
}
