// "Is it luck?": both nets trained with 20 seeds, and what the page says of their differences.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { until } from "../browser.mjs";
import { name, noOverflow, scores, setNumber, settled, step, stepIs, two, withPage } from "./page.mjs";

const axe = readFileSync(createRequire(new URL("../../../apps/lab/page/package.json", import.meta.url)).resolve("axe-core/axe.min.js"), "utf8");
const small = "#hidden=8*0.5&points=60&validation=0.5&noise=0.3&step=30";
/** Student's t for 19 degrees of freedom and 1 - .05/2 on both sides, as Boost computes it: two intervals hold together. */
const t = 2.4334402113749709;

async function train20(page) {
  await name(page, "button", "Train 20 seeds").click();
  await until(page, "20 seeds are trained", () => document.querySelectorAll(".seeds-table tbody tr").length === 20);
  await settled(page);
}

/** Every seed's figures as the table has them: gap without, with, difference; validation the same. */
const figures = (page) =>
  page.evaluate(() => [...document.querySelectorAll(".seeds-table tbody tr")].map((row) => [...row.cells].slice(1).map((cell) => Number(cell.textContent.replaceAll("−", "-")))));

describe("20 seeds", two, () => {
  it("have the scores that the page itself comes to with each, and leave its own nets alone", async () => {
    const [rows, before] = await withPage({ hash: small }, async (page) => {
      const before = await scores(page);
      await train20(page);
      assert.deepEqual(await scores(page), before);
      assert.equal(await step(page), 30);
      return [await figures(page), before];
    });
    const holds = (seed, s) => {
      const expected = [s["plain.gap"], s["dropout.gap"], s["dropout.gap"] - s["plain.gap"], s["plain.validationAccuracy"], s["dropout.validationAccuracy"], s["dropout.validationAccuracy"] - s["plain.validationAccuracy"]];
      expected.forEach((value, column) => assert.ok(Math.abs(rows[seed][column] - value) <= 0.0005 + 1e-9, `seed ${seed}, column ${column}: ${rows[seed][column]} instead of ${value}`));
    };
    holds(0, before);
    for (const seed of [7, 19]) await withPage({ hash: `${small}&seed=${seed}` }, async (page) => holds(seed, await scores(page)));
  });

  it("are told in words and a picture that go no further than their interval", async () => {
    for (const [hash, gapWords] of [[small, null], ["#hidden=8-8&points=60&step=30", /^No effect on the gap could be shown \(the same in all 20 seeds\)$/]])
      await withPage({ hash }, async (page) => {
        await train20(page);
        const rows = await figures(page);
        const captions = await page.locator(".trial figcaption").allTextContents();
        for (const [index, column] of [2, 5].entries()) {
          const differences = rows.map((row) => row[column]);
          const mean = differences.reduce((sum, value) => sum + value, 0) / 20;
          const half = (t * Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 19)) / Math.sqrt(20);
          const words = captions[index];
          const told = / by (\.\d+) ± (\.\d+) \(in (\d+) of 20 seeds\)$| could be shown \(([+−]\.\d+) ± (\.\d+)\)$/.exec(words);
          if (half === 0) {
            assert.match(words, /the same in all 20 seeds/);
            continue;
          }
          assert.ok(told, words);
          const number = (text) => Number(text.replace("−", "-"));
          const shown = told[1] === undefined;
          assert.ok(Math.abs(Math.abs(number(told[shown ? 4 : 1])) - Math.abs(mean)) < 0.0011, `${words}: ${mean}`);
          assert.ok(Math.abs(number(told[shown ? 5 : 2]) - half) < 0.0015, `${words}: ${half}`);
          assert.equal(/ could be shown/.test(words), Math.abs(mean) <= half, words);
          if (!shown) assert.equal(Number(told[3]), differences.filter((value) => value * mean > 0).length);
          // The picture has every seed, and the interval where the words have it.
          const strip = page.locator(".strip").nth(index);
          for (const dots of ["plain", "dropout", "difference"]) assert.equal(await strip.locator(`.dot.${dots}`).count(), 20);
          assert.ok((await strip.getAttribute("aria-label")).toLowerCase().includes(words.toLowerCase()));
          const crosses = await strip.evaluate((node) => {
            const zero = node.querySelector(".zero").getBBox().x;
            const bar = node.querySelector(".interval").getBBox();
            return bar.x <= zero && zero <= bar.x + bar.width;
          });
          assert.equal(crosses, Math.abs(mean) <= half, words);
        }
        assert.match(await page.locator(".seeds [role=status]").textContent(), /^Seeds 0 to 19, 30 steps each: /);
        if (gapWords) assert.match(captions[0], gapWords);
      });
  });

  it("can be cancelled, and the page can be used meanwhile", async () => {
    await withPage({ hash: "#hidden=64*0.5-64-64&step=2" }, async (page) => {
      await name(page, "button", "Reset").click(); // 400 steps each
      await stepIs(page, 0);
      const start = name(page, "button", "Train 20 seeds");
      await start.focus();
      await page.keyboard.press("Enter");
      await name(page, "button", "Cancel").waitFor();
      assert.ok(await page.getByRole("progressbar", { name: "Seeds trained" }).isVisible());
      await name(page, "button", "One step").click();
      await stepIs(page, 1);
      await name(page, "button", "Cancel").press("Enter");
      await start.waitFor();
      assert.match(await page.locator(".seeds [role=status]").textContent(), /^Cancelled: an interval takes all 20 seeds\.$/);
      assert.equal(await page.evaluate(() => document.activeElement.textContent), "Train 20 seeds");
      assert.equal(await page.locator(".strip").count(), 0);
      await settled(page);
    });
  });

  it("are of the settings on show: another setting takes them away, another seed does not", async () => {
    await withPage({ hash: small }, async (page) => {
      await train20(page);
      await setNumber(page, "Seed", 3);
      await settled(page);
      assert.equal(await page.locator(".strip").count(), 2);
      await setNumber(page, "Noise", 0.2);
      await settled(page);
      assert.equal(await page.locator(".strip").count(), 0);
      assert.equal(await page.locator(".seeds [role=status]").textContent(), "");
      assert.equal(await page.locator(".trial-row .note").textContent(), "Both nets with the seeds 0 to 19, 400 steps each");
    });
  });

  it("of which one diverges have no interval", async () => {
    await withPage({ hash: "#optimizer=momentum&rate=10&momentum=0.99&hidden=64*0.5-64*0.5-64*0.5&data=spiral&points=40&validation=0.5" }, async (page) => {
      await name(page, "button", "Train 20 seeds").click();
      await until(page, "it says which seed diverged", () => /^With seed 0 a net diverged at step \d+: lower the learning rate\.$/.test(document.querySelector(".seeds [role=status]").textContent));
      assert.equal(await page.locator(".strip").count(), 0);
      await name(page, "button", "Train 20 seeds").waitFor();
    });
  });

  for (const [width, scheme] of [[320, "dark"], [1440, "light"]])
    it(`fit ${width} px, and axe finds nothing wrong in ${scheme}`, async () => {
      await withPage({ width, scheme, hash: small, touch: width === 320 }, async (page) => {
        await train20(page);
        await page.locator(".trial summary").click();
        await noOverflow(page, "20 seeds");
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run(".seeds", { resultTypes: ["violations"] }));
        assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 120)).join(" | ")}`), []);
      });
    });
});
