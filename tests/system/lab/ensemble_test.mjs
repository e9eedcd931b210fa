// "Dropout as an ensemble": thinned nets, their mean, and the net of test mode.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { until } from "../browser.mjs";
import { name, noOverflow, scores, settled, stepIs, two, withPage } from "./page.mjs";

const axe = readFileSync(createRequire(new URL("../../../apps/lab/page/package.json", import.meta.url)).resolve("axe-core/axe.min.js"), "utf8");
const small = "#hidden=16*0.5-16*0.5&noise=0.3&step=100";

async function open(page) {
  await page.locator(".ensemble summary").focus();
  await page.keyboard.press("Enter");
  await until(page, "the ensemble is drawn", () => document.querySelector(".ensemble .seen").textContent !== "");
  await settled(page);
}

const captions = (page, part) => page.locator(`.${part} figcaption`).allTextContents();
const pictures = (page, part) => page.evaluate((which) => [...document.querySelectorAll(`.${which} canvas`)].map((canvas) => canvas.toDataURL()), part);
const seen = (page) => page.locator(".ensemble .seen").textContent();
const number = (text) => Number(/(1|\.?\d*\.\d{3})$/.exec(text)[1]);

describe("an ensemble", two, () => {
  it("is of thinned nets that differ, and its figures are those of its sentence and of test mode", async () => {
    await withPage({ hash: small }, async (page) => {
      await open(page);
      const alone = (await captions(page, "thinned")).map(number);
      assert.equal(alone.length, 8);
      assert.equal(new Set(await pictures(page, "thinned")).size, 8);
      assert.match(await page.locator(".ensemble .note").first().textContent(), /Here are 8 of 100 at step 100, /);
      const [mean, test] = await captions(page, "together");
      const { "dropout.validationAccuracy": validation } = await scores(page);
      assert.ok(Math.abs(number(test) - validation) <= 0.0005 + 1e-9, `${test}: ${validation}`);
      const told = /^Alone the thinned nets have (\S+) to (\S+) of the validation points right, (\S+) on average; the mean of their answers has (\S+), the one net of test mode (\S+)\. Mean and test mode give the same class to ([\d.]+)\u00a0% of the square\.$/.exec(await seen(page));
      assert.ok(told, await seen(page));
      const [least, most, average, ofMean, ofTest, same] = told.slice(1).map(Number);
      assert.ok(least < average && average < most);
      for (const one of alone) assert.ok(least <= one && one <= most, `${one}`);
      assert.equal(ofMean, number(mean));
      assert.equal(ofTest, number(test));
      assert.ok(same > 50 && same <= 100);
    });
  });

  it("follows training when it rests", async () => {
    await withPage({ hash: small }, async (page) => {
      await open(page);
      const before = await pictures(page, "together");
      await name(page, "button", "One epoch").click();
      await stepIs(page, 105);
      await until(page, "it is of step 105", () => document.querySelector(".ensemble .note").textContent.includes("at step 105,"));
      await settled(page);
      const after = await pictures(page, "together");
      before.forEach((picture, index) => assert.notEqual(picture, after[index]));
    });
  });

  it("of a net that drops nothing is that net", async () => {
    await withPage({ hash: "#hidden=8-8&step=50" }, async (page) => {
      await open(page);
      assert.match(await seen(page), /^All thinned nets answer alike/);
      assert.equal(new Set(await pictures(page, "thinned")).size, 1);
      assert.equal(new Set((await captions(page, "thinned")).concat(await captions(page, "together")).map(number)).size, 1);
    });
  });

  for (const [width, scheme] of [[320, "dark"], [1440, "light"]])
    it(`fits ${width} px, and axe finds nothing wrong in ${scheme}`, async () => {
      await withPage({ width, scheme, hash: small, touch: width === 320 }, async (page) => {
        await open(page);
        await noOverflow(page, "an ensemble");
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run(".ensemble", { resultTypes: ["violations"] }));
        assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 120)).join(" | ")}`), []);
      });
    });
});
