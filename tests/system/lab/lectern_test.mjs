// The lab before an audience: by the keys of a presenter's remote, in large type, on wide screens and on paper.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { until } from "../browser.mjs";
import { hashHas, name, noOverflow, scores, settled, step, two, withPage } from "./page.mjs";

const isPlaying = (page) => page.evaluate(() => document.querySelector(".play").textContent === "Pause");
const seen = (page, selector) => page.evaluate((wanted) => [...document.querySelectorAll(wanted)].some((node) => node.checkVisibility()), selector);

describe("keys at the lectern", two, () => {
  it("Space plays and pauses, but where it does something else", async () => {
    await withPage({ hash: "#hidden=4*0.5" }, async (page) => {
      await page.keyboard.press("Space");
      assert.ok(await isPlaying(page));
      await until(page, "a step is drawn", () => Number(document.querySelector(".progress").dataset.step) > 0);
      await page.keyboard.press("Space");
      assert.ok(!(await isPlaying(page)));
      await settled(page);
      const reached = await step(page);
      // A button that has the focus is pressed once, and nothing else is.
      await name(page, "button", "One step").focus();
      await page.keyboard.press("Space");
      await settled(page);
      assert.equal(await step(page), reached + 1);
      await name(page, "button", "Play").focus();
      await page.keyboard.press("Space");
      assert.ok(await isPlaying(page));
      await page.keyboard.press("Space");
      assert.ok(!(await isPlaying(page)));
      for (const control of [page.locator(".field", { hasText: "Seed" }).getByRole("textbox"), name(page, "radio", "Moons"), page.locator(".ensemble summary"), name(page, "slider", "Units of hidden layer 1")]) {
        await control.focus();
        await page.keyboard.press("Space");
        assert.ok(!(await isPlaying(page)), await control.evaluate((node) => node.outerHTML));
      }
    });
  });

  it("Page Down and Page Up go through the tour, and through the operations off it", async () => {
    await withPage({ hash: "#hidden=4*0.5&tour=7" }, async (page) => {
      const stop = () => page.evaluate(() => document.querySelector(".tour [aria-current=step] .stop-number")?.textContent);
      const press = async (key) => {
        await page.keyboard.press(key);
        await settled(page);
      };
      await press("PageDown");
      assert.equal(await stop(), "8");
      await press("PageDown"); // the last one
      assert.equal(await stop(), "8");
      await press("PageUp");
      await press("PageUp");
      assert.equal(await stop(), "6");
      const held = await scores(page);
      for (const control of [name(page, "slider", "Units of hidden layer 1"), page.locator(".chart").first(), name(page, "slider", "Seed")]) {
        await control.focus();
        await press("PageDown");
        assert.equal(await stop(), "6");
      }
      assert.notDeepEqual(await scores(page), held); // that slider has taken it
      await name(page, "button", "Leave the tour").click();
      await press("PageDown");
      assert.equal(await stop(), undefined);
      await name(page, "tab", "Backprop").click();
      await settled(page);
      const operation = () => page.locator(".operation h2").textContent();
      const first = await operation();
      await press("PageDown");
      assert.equal(await operation(), "relu1 forward");
      await press("PageUp");
      assert.equal(await operation(), first);
      await press("PageUp"); // there is none before
      assert.equal(await operation(), first);
    });
  });
});

describe("before an audience", two, () => {
  it("a link has large type and leaves panels out, all the way through the tour", async () => {
    await withPage({ hash: "#type=large&hide=settings,links,seeds&tour=1&hidden=4*0.5" }, async (page) => {
      const size = () => page.evaluate(() => parseFloat(getComputedStyle(document.querySelector(".tour-stop p")).fontSize));
      const hidden = async () => assert.deepEqual(await Promise.all([".settings-column", ".links", ".seeds", ".figures", ".net-card"].map((panel) => seen(page, panel))), [false, false, false, true, true]);
      await hidden();
      const large = await size();
      /** Of the type in each chart, which is drawn and no text of the page. */
      const numbers = () => page.locator(".chart canvas").evaluateAll((all) => all.map((canvas) => parseFloat(canvas.getContext("2d").font)));
      const largeNumbers = await numbers();
      assert.equal(largeNumbers.length, 3);
      await page.locator(".next-stop").click();
      await settled(page);
      await hidden();
      assert.equal(await size(), large);
      await hashHas(page, "&tour=2&type=large&hide=links,settings,seeds");
      await page.evaluate(() => (location.hash = "#hide=none&type=usual&tour=1&hidden=4*0.5"));
      await until(page, "the settings are back", () => document.querySelector(".settings-column").checkVisibility());
      assert.ok((await size()) < 0.8 * large);
      await settled(page);
      const usual = await numbers();
      assert.ok(usual.every((height, index) => height < 0.9 * largeNumbers[index]), `${usual} beside ${largeNumbers}`);
      assert.doesNotMatch(await page.evaluate(() => location.hash), /type=|hide=/);
      await name(page, "button", "Large type").click();
      assert.equal(await size(), large);
      await hashHas(page, "type=large");
      await page.evaluate(() => (location.hash = "#hide=everything"));
      await until(page, "it says what can be left out", () => /hide is “everything” instead of none or some of tour,links,/.test(document.querySelector(".message").textContent));
    });
  });

  it("fits every width in large type, and fills a wide screen", async () => {
    for (const [width, hash] of [[320, "#type=large"], [1000, "#type=large"], [1280, "#type=large&view=backprop"], [1920, ""], [2560, "#type=large&hide=settings"], [1920, "#hide=settings,curves"]])
      await withPage({ width, hash: `${hash || "#"}&hidden=16*0.5-16*0.5&step=5` }, async (page) => {
        await settled(page);
        await noOverflow(page, `${hash} at ${width}`);
        const right = await page.evaluate(() => Math.max(...[...document.querySelectorAll("main .card")].filter((node) => node.checkVisibility()).map((node) => node.getBoundingClientRect().right)));
        assert.ok(right > width - 40, `${hash} at ${width}: the cards end at ${right}`);
      });
  });

  it("prints what is seen and set, and nothing to press", async () => {
    for (const hash of ["#hidden=4*0.5&step=5&tour=1", "#view=backprop&hidden=4*0.5&step=5"])
      await withPage({ width: 794, hash }, async (page) => {
        await page.emulateMedia({ media: "print" });
        await settled(page);
        for (const [selector, there] of [["button, input[type=range], .links, .tour ol", false], ["canvas.boundary", true], [".tour-stop p, .operation", true]])
          assert.equal(await seen(page, selector), there, `${hash}: ${selector}`);
        await noOverflow(page, `${hash} on paper`);
        if (hash.includes("view=backprop")) assert.ok(await seen(page, "table[data-table=w]"));
        else assert.deepEqual(await page.locator(".choices label:visible").allTextContents(), ["Moons", "Adam", "with dropout"]);
        await page.emulateMedia({ media: "screen" });
      });
  });
});
