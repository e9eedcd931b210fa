// The lab's built page on a web server of its own, for tests that open it in Chromium. LAB_PAGE names the folder of the built page
// (build/lab unless set), CHROMIUM the browser.
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, extname, join, normalize, resolve } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { launchOptions } from "../browser.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { chromium } = createRequire(resolve(here, "../../../apps/lab/page/package.json"))("playwright-core");
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };

/** A page beside the built one, and in any other folder, that runs nothing of its own. */
export const blank = "blank.html";

/**
 * The strictest policy that WebAssembly lets a server have; it holds for the worker too, which the page's own does not. A test
 * that finds it broken finds it on the console.
 */
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'";

/** The folder of the built page. */
export const folder = resolve(process.env.LAB_PAGE ?? resolve(here, "../../../build/lab"));

/**
 * Serves it below a folder and not at the root, for the page's addresses must be relative, and starts the browser; both
 * once for all tests. `served` lists the files asked for, with their size as gzip sends them.
 */
export const site = () => (opened ??= openSite());

let opened;
after(async () => (await opened)?.close());

async function openSite() {
  const { close: end, ...server } = await serve(folder);
  const browser = await chromium.launch(launchOptions);
  return {
    ...server,
    browser,
    async close() {
      await browser.close();
      end();
    },
  };
}

/** Any folder that holds a built page, on a port of its own or on the one given. */
export async function serve(folder, port = 0) {
  assert.ok(existsSync(join(folder, "index.html")), `${folder} holds no page: run scripts/lab.sh --build`);
  const served = [];
  const compressed = new Map();
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(request.url.split(/[?#]/)[0])).replace(/^\/some\/folder\//, "");
    if (path.endsWith(blank)) return response.writeHead(200, { "content-type": types[".html"], "content-security-policy": policy }).end(`<!doctype html><link rel="icon" href="data:,">`);
    const file = join(folder, path || "index.html");
    if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
    const body = readFileSync(file);
    if (!compressed.has(path)) compressed.set(path, gzipSync(body).length);
    served.push({ path, compressed: compressed.get(path) });
    return response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream", "content-security-policy": policy }).end(body);
  });
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  return {
    address: `http://127.0.0.1:${server.address().port}/some/folder/`,
    served,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
