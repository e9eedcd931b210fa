// Holds what the guided tour says against what the page shows at each of its stops.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, describe, it } from "node:test";
import { until } from "../browser.mjs";
import { name, noOverflow, scores, settled, step, stepIs, tables, two, withPage } from "./page.mjs";

const tour = JSON.parse(readFileSync(new URL("../../../apps/lab/page/src/tour.json", import.meta.url), "utf8"));
const losses = resolve(process.env.LAB_LOSSES ?? new URL("../../../build/release/apps/lab_losses/lab_losses", import.meta.url).pathname);
const scratch = mkdtempSync(join(tmpdir(), "lab-tour-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

const stopNamed = (title) => tour.stops.find((stop) => stop.title === title);
const share = (value) => value.toFixed(3).replace(/^0/, "");
const words = ({ say, answer }) => `${say} ${answer}`;

/** Opens the stop of that title, and holds it to say every number of `told`. */
const atStop = (title, body) =>
  withPage({ hash: stopNamed(title).link }, async (page) => {
    await settled(page);
    const says = (value) => assert.ok(words(stopNamed(title)).includes(share(value)), `${title} does not say ${share(value)}`);
    await body(page, await scores(page), says);
  });

/** Validation accuracy with dropout less that without, by the native library, over the seeds 0 to 19 at a stop's step. */
function differences(title) {
  const fields = Object.fromEntries(stopNamed(title).link.slice(1).split("&").map((part) => part.split("=")));
  const validation = Number(fields.validation);
  const perEpoch = Math.ceil((Number(fields.points) * (1 - validation)) / Number(fields.batch));
  const epochs = Number(fields.step) / perEpoch;
  assert.equal(epochs, Math.round(epochs));
  return Array.from({ length: 20 }, (_, seed) => {
    const config = {
      data: { kind: fields.data, count: Number(fields.points), noise: Number(fields.noise), classes: 3, validationShare: validation },
      hidden: fields.hidden.split("-").map((layer) => ({ width: parseInt(layer, 10), keepProb: Number(layer.split("*")[1] ?? 1) })),
      optimizer: { kind: fields.optimizer, learningRate: Number(fields.rate), momentum: Number(fields.momentum), weightDecay: Number(fields.decay) },
      batchSize: Number(fields.batch),
      seed,
    };
    const file = join(scratch, "config.json");
    writeFileSync(file, JSON.stringify(config));
    const state = JSON.parse(execFileSync(losses, [file, "--epochs", String(epochs)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
    assert.equal(state.step, Number(fields.step));
    return Math.round(Number(fields.points) * validation * (state.dropout.validationAccuracy - state.plain.validationAccuracy));
  });
}

describe("what the tour says is so", two, () => {
  it("a net that overfits", () =>
    atStop("A net that overfits", (page, s, says) => {
      for (const key of ["trainLoss", "validationLoss"]) assert.equal(s[`plain.${key}`], s[`dropout.${key}`]);
      [s["plain.trainAccuracy"], s["plain.validationAccuracy"], s["plain.gap"]].forEach(says);
      assert.ok(s["plain.gap"] > 0.2);
    }));

  it("the same with dropout", async () => {
    let without;
    await atStop("A net that overfits", (page, s) => (without = s));
    await atStop("The same with dropout", (page, s, says) => {
      for (const key of ["trainLoss", "validationLoss"]) assert.equal(s[`plain.${key}`], without[`plain.${key}`]);
      [s["plain.trainAccuracy"], s["plain.validationAccuracy"], s["dropout.trainAccuracy"], s["dropout.validationAccuracy"]].forEach(says);
      assert.ok(s["dropout.gap"] < s["plain.gap"] - 0.1);
      assert.ok(s["dropout.trainAccuracy"] < s["plain.trainAccuracy"]);
      assert.ok(s["dropout.validationAccuracy"] > s["plain.validationAccuracy"]);
    });
  });

  it("is it luck?", async () => {
    const [before, here] = ["The same with dropout", "Is it luck?"].map((title) => stopNamed(title).link.replace(/&seed=\d+/, ""));
    assert.equal(here, before); // the same settings with another seed
    await atStop("Is it luck?", (page, s, says) => {
      [s["plain.validationAccuracy"], s["dropout.validationAccuracy"]].forEach(says);
      assert.ok(s["dropout.validationAccuracy"] < s["plain.validationAccuracy"]);
      assert.ok(s["dropout.gap"] >= s["plain.gap"]);
    });
    await atStop("Is it luck?", async (page) => {
      await name(page, "button", "Train 20 seeds").click();
      await until(page, "20 seeds are trained", () => document.querySelectorAll(".seeds-table tbody tr").length === 20);
      const [mean, half] = / rises by (\.\d+) ± (\.\d+)/.exec(await page.locator(".trial figcaption").nth(1).textContent()).slice(1);
      assert.ok(stopNamed("Is it luck?").answer.includes(`${mean} ± ${half}`));
    });
    const changes = differences("Is it luck?");
    const counted = (holds) => changes.filter(holds).length;
    assert.ok(
      stopNamed("Is it luck?").answer.includes(`higher with dropout in ${counted((d) => d > 0)}, lower in ${counted((d) => d < 0)} and the same in ${counted((d) => d === 0)}`),
      changes.join(" "),
    );
  });

  it("why divide by p?", async () => {
    await atStop("Why divide by p?", async (page) => {
      await page.getByLabel("Every digit").check();
      const { x, mask, out } = await tables(page);
      assert.ok(mask.flat().includes(0) && mask.flat().includes(1));
      out.forEach((row, n) => row.forEach((value, h) => assert.ok(Math.abs(value - mask[n][h] * x[n][h] * 1.25) < 1e-12)));
    });
  });

  it("train and test mode", async () => {
    await atStop("Train and test mode", async (page) => {
      const test = await tables(page);
      assert.equal(test.mask, undefined);
      assert.deepEqual(test.out, test.x);
      const inMode = async (mode) => {
        await page.getByRole("radio", { name: mode, exact: true }).check();
        await settled(page);
        return tables(page);
      };
      const first = await inMode("Train");
      await name(page, "button", "One step").click();
      await settled(page);
      assert.notDeepEqual((await tables(page)).mask, first.mask);
    });
  });

  it("where it hurts", async () => {
    await atStop("Where it hurts", (page, s, says) => {
      for (const side of ["plain", "dropout"]) [s[`${side}.trainAccuracy`], s[`${side}.validationAccuracy`]].forEach(says);
      says(s["plain.gap"]);
      assert.ok(s["dropout.trainAccuracy"] < s["plain.trainAccuracy"] && s["dropout.validationAccuracy"] < s["plain.validationAccuracy"]);
    });
    assert.ok(differences("Where it hurts").every((difference) => difference < 0));
  });

  it("backprop by hand", async () => {
    await atStop("Backprop by hand", async (page) => {
      await page.getByLabel("Every digit").check();
      const near = (actual, expected) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} instead of ${expected}`);
      const { probabilities: [p], labels: [[label]], dscores: [dscores] } = await tables(page);
      assert.equal(p.length, 2);
      dscores.forEach((value, c) => near(value, p[c] - Number(c === label)));
      await name(page, "button", "Next ›").click();
      assert.equal(await page.locator(".operation h2").textContent(), "affine2 backward");
      const { x: [x], w, dout: [dout], dw, db: [db], dx: [dx] } = await tables(page);
      assert.equal(x.length, 3);
      assert.ok(x.some((value) => value > 0), "there is something to multiply");
      assert.deepEqual(dout, dscores);
      assert.deepEqual(db, dout);
      dw.forEach((row, i) => row.forEach((value, j) => near(value, x[i] * dout[j])));
      dx.forEach((value, i) => near(value, dout[0] * w[i][0] + dout[1] * w[i][1]));
    });
  });

  it("your own data", async () => {
    await atStop("Your own data", async (page, s, says) => {
      assert.equal(s["plain.trainAccuracy"], 1);
      [s["plain.validationAccuracy"], s["dropout.trainAccuracy"], s["dropout.validationAccuracy"]].forEach(says);
      assert.match(await page.locator(".class-legend").textContent(), / validate: 19 and 21\./);
      assert.equal(share(1 / 21), ".048");
      assert.ok(stopNamed("Your own data").answer.includes("21 points, so that one point is .048"));
    });
    // Classes took turns but for the five.
    const points = /own=([^&]*)/.exec(stopNamed("Your own data").link)[1].split(";");
    assert.equal(points.length, 40);
    assert.equal(points.filter((point, index) => Number(point.split(",")[2]) !== index % 2).length, 5);
  });
});

describe("the first impression", two, () => {
  it("is of a net that dropout helps, from step 120 on", async () => {
    await withPage({}, async (page) => {
      const seen = page.locator(".nets .seen");
      assert.match(await seen.textContent(), /^Both nets start from the same weights\. Press Play/);
      const epoch = name(page, "button", "One epoch");
      for (let reached = 0; reached < 600; ) {
        for (let count = 0; count < 4; ++count) await epoch.click();
        reached += 20;
        await stepIs(page, reached);
        if (reached < 120) continue;
        const s = await scores(page);
        assert.ok(s["dropout.validationAccuracy"] > s["plain.validationAccuracy"], `step ${reached}`);
        assert.ok(s["dropout.gap"] < s["plain.gap"], `step ${reached}`);
      }
    });
  });

  it("is put into words, which are those of the scores", async () => {
    for (const { title } of tour.stops.filter(({ link }) => link.includes("view=train")))
      await atStop(title, async (page, s) => {
        const seen = await page.locator(".nets .seen").textContent();
        if (s["plain.trainLoss"] === s["dropout.trainLoss"]) {
          assert.match(seen, /^Both nets are the same so far/);
          return;
        }
        const change = (key, more, less) => {
          const difference = s[`dropout.${key}`] - s[`plain.${key}`];
          return Math.abs(difference) < 1e-9 ? "the same" : `${difference > 0 ? more : less} by ${share(Math.abs(difference))}`;
        };
        assert.equal(
          seen,
          `With dropout, train accuracy is ${change("trainAccuracy", "higher", "lower")}, validation accuracy ${change("validationAccuracy", "higher", "lower")}, the gap ${change("gap", "larger", "smaller")}. That is one seed at one step: whether it is luck, 20 seeds can tell.`,
        );
      });
  });
});

describe("the guided tour", two, () => {
  const text = (page, selector) => page.locator(selector).textContent();

  it("goes from stop to stop by keys, and hides every answer until it is asked for", async () => {
    await withPage({}, async (page) => {
      assert.ok(await page.locator(".tour-stop").isHidden());
      const nav = page.getByRole("navigation", { name: tour.title });
      await nav.getByRole("link").first().focus();
      await page.keyboard.press("Enter");
      for (const [index, stop] of tour.stops.entries()) {
        await until(page, `stop ${index + 1} is shown`, (number) => document.querySelector(".tour [aria-current=step] .stop-number")?.textContent === String(number), index + 1);
        await settled(page);
        assert.equal(await text(page, ".tour-stop h2"), `${index + 1}. ${stop.title}`);
        assert.ok((await text(page, ".tour-stop")).includes(stop.say));
        assert.ok(await page.locator(".message-box").isHidden(), await text(page, ".message")); // all of the link was followed
        assert.equal(await step(page), Number(/step=(\d+)/.exec(stop.link)[1]));
        const answer = page.locator(".tour details p");
        assert.ok(await answer.isHidden());
        await page.locator(".tour summary").focus();
        await page.keyboard.press("Enter");
        assert.ok(await answer.isVisible());
        assert.equal(await answer.textContent(), stop.answer);
        await noOverflow(page, stop.title);
        const next = page.locator(".next-stop");
        await next.focus();
        await page.keyboard.press("Enter");
      }
      await until(page, "the tour begins again", () => document.querySelector(".tour-stop h2").textContent.startsWith("1."));
      await settled(page);
      await name(page, "button", tour.leave).press("Enter");
      await settled(page);
      assert.ok(await page.locator(".tour-stop").isHidden());
      assert.equal(await page.evaluate(() => document.activeElement.textContent), `1${tour.stops[0].title}`);
      assert.doesNotMatch(await page.evaluate(() => location.hash), /tour=/);
    });
  });

  it("is in the link, and stays while the settings are changed", async () => {
    await withPage({ hash: `${tour.stops[1].link}&tour=2` }, async (page) => {
      await name(page, "button", "One epoch").click();
      await stepIs(page, 405);
      await settled(page);
      assert.match(await page.evaluate(() => location.hash), /&tour=2&step=405$/);
      assert.equal(await text(page, ".tour-stop h2"), `2. ${tour.stops[1].title}`);
    });
  });

  it("may be somebody's own, and one that is damaged says where", async () => {
    const withTour = (text) => `new MutationObserver(() => { const node = document.querySelector("#tour"); if (node && !window.done) { window.done = true; node.textContent = ${JSON.stringify(text)}; } }).observe(document, { childList: true, subtree: true });`;
    const own = { ...tour, language: "de", title: "Rundgang", stops: [{ ...tour.stops[5], title: "Wo es schadet" }] };
    await withPage({ script: withTour(JSON.stringify(own)) }, async (page) => {
      const nav = page.getByRole("navigation", { name: "Rundgang" });
      assert.equal(await nav.getAttribute("lang"), "de");
      assert.deepEqual(await nav.getByRole("link").allTextContents(), ["1Wo es schadet"]);
    });
    const { question, ...lacking } = tour.stops[0];
    for (const [text, problem] of [["{", /the tour is not JSON/], [JSON.stringify({ ...tour, stops: [lacking] }), /stop 1 of the tour lacks the text “question”/]])
      await withPage({ script: withTour(text) }, async (page) => {
        assert.match(await page.locator(".message-box.is-problem").textContent(), problem);
        assert.equal(await page.locator(".tour").count(), 0);
      });
  });
});
