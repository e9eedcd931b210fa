// What is changed while the nets train: they go on, and whatever tells of them, links, curves and seeds, tells of the change.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { until } from "../browser.mjs";
import { hashHas, name, scores, setNumber, settled, step, stepIs, two, withPage } from "./page.mjs";

const hash = (page) => page.evaluate(() => location.hash);
const rate = (page) => page.locator(".field", { hasText: "Learning rate" }).getByRole("textbox").inputValue();
const epoch = async (page, reaches) => {
  await name(page, "button", "One epoch").click();
  await stepIs(page, reaches);
};

/** Two changes, at the steps 20 and 25, and five steps more. */
async function train(page) {
  await setNumber(page, "Learning rate", 0.002);
  await settled(page);
  await epoch(page, 25);
  const keep = name(page, "slider", "keep_prob of hidden layer 1");
  await keep.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowLeft"); // of changes at one step the last one counts
  await settled(page);
  await epoch(page, 30);
  await settled(page);
}

describe("a learning rate or keep_prob that is changed on the way", two, () => {
  it("is taken up where the nets are, and the link leads to the same bits", async () => {
    await withPage({ hash: "#hidden=6*0.5-5*0.5&step=20" }, async (page) => {
      await settled(page);
      const before = await scores(page);
      await setNumber(page, "Learning rate", 0.5);
      await setNumber(page, "Learning rate", 0.01); // back: nothing is changed
      await settled(page);
      assert.deepEqual(await scores(page), before);
      assert.match(await hash(page), /^#v=2&(?!.*then=).*&step=20$/);
      await train(page);
      assert.equal(await step(page), 30);
      const link = await hash(page);
      assert.match(link, /^#v=3&.*hidden=6\*0\.5-5\*0\.5&.*rate=0\.01&.*&then=20,0\.002,0\.5-0\.5;25,0\.002,0\.55-0\.5&step=30$/);
      assert.equal(await page.locator(".changes").textContent(), "Changed on the way: at step 20 learning rate 0.01 → 0.002; at step 25 keep 0.5-0.5 → 0.55-0.5.");
      const reached = await scores(page);
      await name(page, "button", "Copy link with weights").click();
      await hashHas(page, "weights=");
      for (const hash of [link, await page.evaluate(() => location.hash)])
        await withPage({ hash }, async (other) => {
          await settled(other);
          assert.ok(await other.locator(".message-box").isHidden());
          assert.deepEqual(await scores(other), reached);
          assert.equal(await rate(other), "0.002");
          assert.equal(await name(other, "slider", "keep_prob of hidden layer 1").inputValue(), "0.55");
          await epoch(other, 35);
          if (hash === link) await epoch(page, 35);
          assert.deepEqual(await scores(other), await scores(page));
        });
      // From the start, with what is on show now.
      await name(page, "button", "Reset").click();
      await stepIs(page, 0);
      await settled(page);
      assert.match(await hash(page), /^#v=2&.*hidden=6\*0\.55-5\*0\.5&.*rate=0\.002&(?!.*then=)/);
      assert.equal(await page.locator(".changes").textContent(), "");
    });
  });

  it("does not stop nets that play, and is in the link wherever they were", async () => {
    await withPage({ hash: "#hidden=4*0.5&speed=1" }, async (page) => {
      await name(page, "button", "Play").click();
      for (const wanted of [0.05, 0.02]) {
        const from = await step(page);
        await until(page, "ten steps more are drawn", (number) => Number(document.querySelector(".progress").dataset.step) > number + 10, from);
        await setNumber(page, "Learning rate", wanted);
      }
      await until(page, "it goes on after the second change", () => {
        const changes = document.querySelector(".changes").textContent;
        return /0\.05 → 0\.02/.test(changes) && Number(document.querySelector(".progress").dataset.step) > 5 + Number(/.*at step (\d+)/.exec(changes)[1]);
      });
      await name(page, "button", "Pause").click();
      await settled(page);
      const link = await hash(page);
      assert.match(link, /&then=\d+,0\.05,0\.5;\d+,0\.02,0\.5&/);
      const reached = await scores(page);
      await withPage({ hash: link }, async (other) => {
        await settled(other);
        assert.deepEqual(await scores(other), reached);
      });
    });
  });

  it("is changed in every seed's training, too", async () => {
    await withPage({ hash: "#hidden=6*0.5-5*0.5&points=60&seed=3&step=30&then=10,0.1,1-0.6;20,0.003,0.3-0.3" }, async (page) => {
      await settled(page);
      const s = await scores(page);
      assert.match(await page.locator(".seeds .note").first().textContent(), /30 steps each, with what was changed on the way$/);
      await name(page, "button", "Train 20 seeds").click();
      await until(page, "20 seeds are trained", () => document.querySelectorAll(".seeds-table tbody tr").length === 20);
      const cells = await page.evaluate(() => [...document.querySelectorAll(".seeds-table tr[data-seed='3'] td")].map((cell) => Number(cell.textContent.replace("−", "-"))));
      const round = (value) => Number(value.toFixed(3));
      assert.deepEqual([cells[0], cells[1], cells[3], cells[4]], [s["plain.gap"], s["dropout.gap"], s["plain.validationAccuracy"], s["dropout.validationAccuracy"]].map(round));
      // The same settings without the changes are others' figures.
      await name(page, "button", "Reset").click();
      await stepIs(page, 0);
      await settled(page);
      assert.equal(await page.locator(".seeds-table").count(), 0);
    });
  });

  it("is told when it cannot be read, and starts nets anew where they have diverged or all else changes", async () => {
    for (const then of ["20,0.002", "20,0.002,0.5;10,0.1,0.5", "20,99,0.5", "20,0.1,0.5-0.5"])
      await withPage({ hash: `#hidden=4*0.5&step=25&then=${then}` }, async (page) => assert.match(await page.locator(".message").textContent(), /then is “20,.*” instead of steps with a learning rate and keep_probs/));
    await withPage({ hash: "#hidden=4*0.5&step=5" }, async (page) => {
      await setNumber(page, "Seed", 4);
      await stepIs(page, 0);
    });
  });
});
