// Opens the lab's built page in Chromium for the tests, and asks it what it shows.
import assert from "node:assert/strict";
import { before } from "node:test";
import { backstop, until } from "../browser.mjs";
import { site } from "./site.mjs";

let address;
let browser;

before(async () => ({ address, browser } = await site()));

export const ready = (page) => until(page, "the first nets are made and drawn", () => document.documentElement.dataset.ready === "true");

/**
 * Waits until the page is done with all it was asked for, the address included. The page says so once a frame: what it
 * said before the next frame may be older than what the test has just done.
 */
export async function settled(page) {
  await frames(page, 1);
  await until(page, "the page has settled", () => document.documentElement.dataset.settled === "true");
}

/** Lets the page draw so many frames. */
export const frames = (page, wanted) =>
  page.evaluate((count) => {
    const left = (frame) => (frame === 0 ? undefined : new Promise(requestAnimationFrame).then(() => left(frame - 1)));
    return left(count);
  }, wanted);

/** Pages that no test is using, by whether they have a touch screen. A new document in one costs less than a new page. */
const idle = { mouse: [], touch: [] };

/** A page in a window of its own: of two in one window Chromium holds the one behind back. */
export async function openPage(hasTouch) {
  const context = await browser.newContext({ hasTouch, permissions: ["clipboard-read", "clipboard-write"] });
  context.setDefaultTimeout(backstop);
  const open = { context, problems: [] };
  context.on("request", (request) => request.url().startsWith(address) || open.problems.push(`request: ${request.url().slice(0, 80)}`));
  open.page = await context.newPage();
  open.page.on("console", (message) => open.problems.push(`console ${message.type()}: ${message.text()}`));
  open.page.on("pageerror", (error) => open.problems.push(`error: ${error.stack}`));
  return open;
}

/**
 * Opens the page, and afterwards holds it to have stayed silent and to have asked nobody else for anything. With a
 * `script` to run before the page's own, or when it has to be a `fresh` one, its window serves no other test.
 */
export async function withPage({ width = 1440, height = 900, scheme = "light", touch = false, hash = "", script = null, fresh = false }, body) {
  const free = idle[touch ? "touch" : "mouse"];
  const alone = fresh || script !== null;
  const open = (alone ? undefined : free.pop()) ?? (await openPage(touch));
  const { page, context, problems } = open;
  let passed = false;
  try {
    if (script) await context.addInitScript(script);
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto("about:blank"); // another hash alone would be no other document
    problems.length = 0;
    if (!touch) await page.mouse.move(0, 0); // the test before may have left it on a table
    await page.goto(`${address}${hash}`);
    await ready(page);
    const result = await body(page, context);
    assert.deepEqual(problems.filter((text) => !text.startsWith("request: data:") && !text.startsWith("request: blob:")), []);
    passed = true;
    return result;
  } finally {
    // What a failed test left behind is no matter of the next one.
    if (passed && !alone) free.push(open);
    else await context.close();
  }
}

/** Every score on show, with all its digits. */
export const scores = (page) => page.evaluate(() => Object.fromEntries([...document.querySelectorAll("[data-score]")].map((node) => [node.dataset.score, Number(node.dataset.value)])));
/** Every table of the operation on show: its rows of numbers, with the digits that it shows. */
export const tables = (page) =>
  page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll("table[data-table]")].map((table) => [
        table.dataset.table,
        [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent.replaceAll("−", "-")))),
      ]),
    ),
  );
export const step = (page) => page.evaluate(() => Number(document.querySelector(".progress").dataset.step));
export const stepIs = (page, wanted) => until(page, `step ${wanted} is drawn`, (number) => Number(document.querySelector(".progress").dataset.step) === number, wanted);
export const hashHas = (page, part) => until(page, `the address has ${part}`, (text) => location.hash.includes(text), part);
export const name = (page, role, text, exact = true) => page.getByRole(role, { name: text, exact });
export const noOverflow = async (page, what) => {
  const beyond = await page.evaluate(() => {
    const clipped = (node) => {
      for (let box = node.parentElement; box; box = box.parentElement) if (getComputedStyle(box).overflowX !== "visible") return true;
      return false;
    };
    return [...document.querySelectorAll("body *")]
      .filter((node) => node.checkVisibility() && !node.closest(".visually-hidden") && node.getBoundingClientRect().right > innerWidth + 0.5 && !clipped(node))
      .map((node) => `${node.tagName}.${node.getAttribute("class")}`);
  });
  assert.deepEqual(beyond, [], `${what}: reaches beyond the screen`);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what}: the page scrolls sideways`);
};

export async function setNumber(page, label, value) {
  const field = page.locator(".field", { hasText: label }).getByRole("textbox");
  await field.fill(String(value));
  await field.press("Enter");
}

/** Two tests at a time, each in a page of its own: one page alone keeps one core busy. */
export const two = { concurrency: 2 };
