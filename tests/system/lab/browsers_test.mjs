// The core of the lab in Firefox and in WebKitGTK: what a reader does there works, and every number is Chromium's to the bit.
// FIREFOX names another Firefox than /usr/bin/firefox-esr, MINIBROWSER another browser of WebKitGTK than Debian's.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { before, describe, it } from "node:test";
import { backstop, untilAsked } from "../browser.mjs";
import { site } from "./site.mjs";
import { openWebKit } from "./webkit.mjs";

const { firefox } = createRequire(new URL("../../../apps/lab/page/package.json", import.meta.url))("playwright-core");

let address;
let chromium;

before(async () => ({ address, browser: chromium } = await site()));

/** A page of Playwright's as openWebKit() gives one; it has to stay silent from its first line on. */
async function openInPlaywright(browser, end) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  context.setDefaultTimeout(backstop);
  const page = await context.newPage();
  const problems = [];
  page.on("console", (message) => problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  return {
    version: browser.version(),
    goto: (url) => page.goto(url),
    evaluate: (body, argument) => page.evaluate(body, argument),
    click: (selector) => page.click(selector),
    async close() {
      await context.close();
      await end();
      assert.deepEqual(problems, []);
    },
  };
}

const browsers = {
  Chromium: () => openInPlaywright(chromium, async () => {}),
  async Firefox() {
    // The channel is Firefox as others built it, by WebDriver BiDi.
    const browser = await firefox.launch({ channel: "moz-firefox", executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr", timeout: backstop });
    return openInPlaywright(browser, () => browser.close());
  },
  WebKitGTK: openWebKit,
};

async function settled(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => done(null)))); // what it says may be older
  await untilAsked(page, "the page has settled", () => document.documentElement.dataset.settled === "true");
}

const stepIs = (page, wanted) => untilAsked(page, `step ${wanted} is drawn`, (number) => Number(document.querySelector(".progress").dataset.step) === number, wanted);

/** From here on what goes wrong is kept, for WebDriver has no console. */
const watch = (page) =>
  page.evaluate(() => {
    window.problems = [];
    addEventListener("error", ({ message }) => window.problems.push(message));
    addEventListener("unhandledrejection", ({ reason }) => window.problems.push(String(reason)));
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => window.problems.push(`${violatedDirective}: ${blockedURI}`));
  });

/** All digits of every score on show. */
const scores = (page) => page.evaluate(() => Object.fromEntries([...document.querySelectorAll("[data-score]")].map((node) => [node.dataset.score, node.dataset.value])));
const operation = (page) =>
  page.evaluate(() => ({ title: document.querySelector(".operation h2").textContent, tables: [...document.querySelectorAll("table[data-table]")].map((table) => table.textContent) }));
/** How opaque the middle of each plane is, from 0 to 255. */
const planes = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll(".net-panel canvas.boundary")].map((node) => node.getContext("2d").getImageData(node.width / 2, node.height / 2, 1, 1).data[3]),
  );

/** What a reader does, and all numbers that he sees on the way. */
async function visit(page) {
  await page.goto(`${address}#data=spiral&points=120&hidden=8*0.5-8*0.5&step=37&digits=all`);
  await watch(page);
  await untilAsked(page, "the first nets are made and drawn", () => document.documentElement.dataset.ready === "true");
  await settled(page);
  const seen = { replayed: await scores(page) };
  assert.deepEqual(await planes(page), [255, 255]); // drawn

  await page.click("button[aria-label='One epoch']"); // 24 training points, 10 a batch
  await stepIs(page, 39);
  await settled(page);
  seen.trained = await scores(page);
  assert.match(await page.evaluate(() => location.hash), /&step=39$/);

  await page.click("#backprop-tab");
  await settled(page);
  seen.forward = await operation(page);
  await page.click("button[aria-label='affine2 backward']");
  await settled(page);
  seen.backward = await operation(page);
  assert.equal(seen.backward.title, "affine2 backward");

  await page.click("#train-tab");
  await page.click(".tour li:nth-child(2) a");
  await stepIs(page, 400);
  await settled(page);
  assert.match(await page.evaluate(() => document.querySelector(".tour-stop h2").textContent), /^2\. /);
  seen.tour = await scores(page);

  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["0,0,0\n1,1,1\n0,1,0\n1,0,1\n0.5,0.1,0\n0.5,0.9,1\n"], "mine.csv", { type: "text/csv" }));
    document.querySelector("main").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  });
  await untilAsked(page, "the points of the file are in the address", () => location.hash.includes("own=0,0,0;1,1,1;0,1,0;1,0,1"));
  await page.click("button.play");
  await untilAsked(page, "30 steps are drawn", () => Number(document.querySelector(".progress").dataset.step) > 30);
  await page.click("button.play");
  await settled(page);
  await page.click("button[aria-label='Reset']");
  await stepIs(page, 0);
  await settled(page);
  for (let steps = 1; steps <= 5; ++steps) await page.click("button[aria-label='One step']");
  await stepIs(page, 5);
  await settled(page);
  seen.own = await scores(page);
  assert.deepEqual(await page.evaluate(() => window.problems), []);
  return seen;
}

describe("in every browser", () => {
  let expected;
  for (const [name, open] of Object.entries(browsers))
    it(`${name} trains, takes passes apart, and goes to a stop of the tour, to the same bits`, async (test) => {
      const page = await open();
      test.diagnostic(`${name} ${page.version}`);
      let seen;
      try {
        seen = await visit(page);
      } finally {
        await page.close();
      }
      expected ??= seen;
      assert.deepEqual(seen, expected);
      assert.notEqual(seen.trained["plain.trainLoss"], seen.trained["dropout.trainLoss"]);
    });
});
