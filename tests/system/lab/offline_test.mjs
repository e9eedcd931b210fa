// The page without its server: whoever has visited it once goes on working with it.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { backstop, untilAsked } from "../browser.mjs";
import { name, ready, scores, settled, stepIs, two } from "./page.mjs";
import { blank, folder, serve, site } from "./site.mjs";

const scratch = mkdtempSync(join(tmpdir(), "lab-offline-"));
let browser;

before(async () => ({ browser } = await site()));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs `body` with a copy of the page on a server of its own, and a window that knows neither. */
async function withCopy(copy, body) {
  const there = join(scratch, copy);
  cpSync(folder, there, { recursive: true });
  let server = await serve(there);
  const { port } = new URL(server.address);
  const context = await browser.newContext();
  context.setDefaultTimeout(backstop);
  try {
    await body({
      there,
      context,
      address: server.address,
      stop: () => server.close(),
      start: async () => (server = await serve(there, Number(port))),
    });
  } finally {
    await context.close();
    server.close();
  }
}

async function open(context, address, hash = "") {
  const page = await context.newPage();
  await page.goto(`${address}${hash}`);
  await ready(page);
  await settled(page);
  return page;
}

/** All is kept: the browser starts a worker that has it. */
const kept = (page) => page.evaluate(() => navigator.serviceWorker.ready.then(({ active }) => active.scriptURL));
const caches = (page) => page.evaluate(() => caches.keys());

const edit = (file, from, to) => {
  const text = readFileSync(file, "utf8");
  assert.ok(text.includes(from), `${file} has no ${from}`);
  writeFileSync(file, text.replaceAll(from, to));
};

describe("without its server", two, () => {
  it("opens again after the first visit, and trains to the same bits", async () => {
    await withCopy("again", async ({ context, address, stop }) => {
      const page = await open(context, address, "#hidden=4*0.5&step=12");
      assert.equal(await kept(page), `${address}service_worker.js`);
      const before = await scores(page);
      stop();
      await assert.rejects(fetch(address));
      await page.reload();
      await ready(page);
      await settled(page);
      assert.deepEqual(await scores(page), before);
      await name(page, "button", "One step").click();
      await stepIs(page, 13);
      // A window that is opened only now has all of it, too, by either of its addresses.
      const other = await open(context, `${address}index.html`, "#hidden=4*0.5&step=13");
      assert.deepEqual(await scores(other), await scores(page));
    });
  });

  it("is the newest page that was seen, and an older build is given up", async () => {
    await withCopy("newer", async ({ there, context, address, stop, start }) => {
      const page = await open(context, address);
      await kept(page);
      const [older, ...others] = await caches(page);
      assert.deepEqual(others, []);
      // Somebody writes a tour of his own into the page.
      edit(join(there, "index.html"), "Guided tour", "Our tour");
      for (const online of [true, false]) {
        if (!online) stop();
        await page.reload();
        await ready(page);
        assert.equal(await page.getByRole("navigation").getAttribute("aria-label"), "Our tour", `online: ${online}`);
      }
      await start();
      // Another build: it is there at once, and is kept in the place of the one before when that is closed.
      const [, script] = /assets\/(index-[^"]*\.js)/.exec(readFileSync(join(there, "index.html"), "utf8"));
      const renamed = script.replace("index-", "index-newer-");
      cpSync(join(there, "assets", script), join(there, "assets", renamed));
      rmSync(join(there, "assets", script));
      edit(join(there, "index.html"), script, renamed);
      edit(join(there, "service_worker.js"), script, renamed);
      await page.reload();
      await ready(page);
      await untilAsked(page, "the newer build is kept", () => navigator.serviceWorker.getRegistration().then(({ waiting }) => waiting !== null));
      await page.goto(new URL(`/${blank}`, address).href); // no page of the lab, yet it sees what is kept
      await untilAsked(page, "the older build is given up", (gone) => caches.keys().then((all) => !all.includes(gone)), older);
      assert.deepEqual(await caches(page), [older.replace(script, renamed)]);
      stop();
      const next = await open(context, address);
      assert.ok(await next.evaluate((newer) => document.querySelector("script[src]").src.endsWith(newer), renamed));
    });
  });
});
