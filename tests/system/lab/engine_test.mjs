// Holds the engine of the built page, the library as WebAssembly in its worker, against the library as this machine runs it.
// LAB_LOSSES names the program lab_losses (build/release's unless set).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { backstop, mostWork, rendererTimes, until } from "../browser.mjs";
import { blank, folder, site } from "./site.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const losses = resolve(process.env.LAB_LOSSES ?? resolve(here, "../../../build/release/apps/lab_losses/lab_losses"));
const scratch = mkdtempSync(join(tmpdir(), "lab-engine-"));
const sides = ["plain", "dropout"];
let address;
let browser;

before(async () => ({ address, browser } = await site()));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** What the native library scores after so many epochs. */
function nativeState(config, epochs) {
  const file = join(scratch, "config.json");
  writeFileSync(file, JSON.stringify(config));
  return JSON.parse(execFileSync(losses, [file, "--epochs", String(epochs)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
}

function holdScores(actual, native, tolerance) {
  for (const side of sides) {
    for (const [name, value] of Object.entries(native[side]))
      assert.ok(Math.abs(actual[side][name] - value) <= tolerance, `${side} ${name}: ${actual[side][name]} in the page, ${value} in the native library`);
  }
}

async function openPage() {
  const context = await browser.newContext();
  context.setDefaultTimeout(backstop);
  const page = await context.newPage();
  const problems = [];
  page.on("console", (message) => problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  return { page, problems, close: () => context.close() };
}

const ready = (page) => until(page, "the first nets are made and drawn", () => document.documentElement.dataset.ready === "true");

/** A page that only holds workers. */
let workshop;

async function openWorkshop() {
  const open = await openPage();
  await open.page.goto(`${address}${blank}`);
  return open;
}

/** Runs `body(ask)` with a worker of the built page that no one else uses; ask(method, ...parameters) is answered or throws. */
async function withEngine(body) {
  workshop ??= openWorkshop();
  const { page, problems } = await workshop;
  const script = readdirSync(join(folder, "assets")).find((name) => /^worker-.*\.js$/.test(name));
  const engine = await page.evaluateHandle((name) => {
    const worker = new Worker(`assets/${name}`, { type: "module" });
    const waiting = new Map();
    worker.onmessage = ({ data }) => waiting.get(data.id)(data);
    worker.onerror = ({ message }) => console.error(message);
    let id = 0;
    // Typed arrays leave the page as lists, and come in as such where one is asked for.
    const plain = (value) => {
      if (ArrayBuffer.isView(value)) return Array.from(value);
      if (Array.isArray(value)) return value.map(plain);
      return value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)])) : value;
    };
    const ask = (method, parameters) =>
      new Promise((done) => {
        id += 1;
        waiting.set(id, (answer) => done(plain(answer)));
        worker.postMessage({ id, method, parameters: method === "restore" ? [Float64Array.from(parameters[0])] : parameters });
      });
    return { ask, end: () => worker.terminate() };
  }, script);
  const ask = async (method, ...parameters) => {
    const answer = await engine.evaluate((one, [what, all]) => one.ask(what, all), [method, parameters]);
    if ("error" in answer) throw new Error(answer.error);
    return answer.result;
  };
  try {
    await body(ask, engine);
    assert.deepEqual(problems, []);
  } finally {
    problems.length = 0;
    await engine.evaluate((one) => one.end());
  }
}

const spiral = (changes = {}) => ({
  data: { kind: "spiral", count: 240, noise: 0.2, classes: 3, validationShare: 0.5 },
  hidden: [{ width: 16, keepProb: 0.75 }, { width: 16, keepProb: 0.5 }],
  optimizer: { kind: "adam", learningRate: 0.01, momentum: 0.9, weightDecay: 0 },
  batchSize: 16,
  seed: 3,
  ...changes,
});

describe("the page's losses are the native library's", () => {
  it("for a spiral and 2×32 hidden units, built by hand and trained in pairs for 200 epochs", async () => {
    const { page, problems, close } = await openPage();
    await page.goto(`${address}#data=moons&hidden=8*0.8&points=400&noise=0.2`);
    await ready(page);
    await page.getByRole("radio", { name: "Spiral", exact: true }).click();
    await page.getByRole("button", { name: "Add a hidden layer", exact: true }).click();
    for (const layer of [1, 2]) {
      const units = page.getByRole("textbox", { name: `Number of units of hidden layer ${layer}`, exact: true });
      await units.fill("32");
      await units.press("Enter");
    }
    await until(page, "the address has the spiral and 32-32", () => /data=spiral.*hidden=32\*0\.8-32/.test(location.hash) && /step=0/.test(location.hash));
    await page.evaluate(() => {
      const epoch = document.querySelector("button[aria-label='One epoch']");
      for (let count = 0; count < 200; ++count) epoch.click();
    });
    await until(page, "epoch 200 is drawn", () => /epoch 200\.0/.test(document.querySelector(".progress").textContent));
    const shown = await page.evaluate(() => {
      const all = { plain: {}, dropout: {} };
      for (const node of document.querySelectorAll("[data-score]")) {
        const [side, name] = node.dataset.score.split(".");
        all[side][name] = Number(node.dataset.value);
      }
      return all;
    });
    // The address says what was trained.
    await until(page, "the address has other steps than 0", () => !/step=0(&|$)/.test(location.hash));
    const fields = Object.fromEntries((await page.evaluate(() => location.hash.slice(1))).split("&").map((part) => part.split("=")));
    const config = {
      data: { kind: fields.data, count: Number(fields.points), noise: Number(fields.noise), classes: 3, validationShare: Number(fields.validation) },
      hidden: fields.hidden.split("-").map((layer) => ({ width: parseInt(layer, 10), keepProb: Number(layer.split("*")[1] ?? 1) })),
      optimizer: { kind: fields.optimizer, learningRate: Number(fields.rate), momentum: Number(fields.momentum), weightDecay: Number(fields.decay) },
      batchSize: Number(fields.batch),
      seed: Number(fields.seed),
    };
    assert.equal(config.data.kind, "spiral");
    assert.deepEqual(config.hidden.map(({ width }) => width), [32, 32]);
    assert.ok(config.hidden.some(({ keepProb }) => keepProb < 1), "there is dropout");
    const native = nativeState(config, 200);
    holdScores(shown, native, 1e-5);
    assert.notEqual(native.plain.trainLoss, native.dropout.trainLoss);
    assert.ok(native.plain.trainAccuracy > 0.95, `learnt: ${native.plain.trainAccuracy}`);
    assert.deepEqual(problems, []);
    await close();
  });

  it("for every kind of data and optimizer", async () => {
    const own = { x: [], labels: [] };
    for (let n = 0; n < 60; ++n) {
      own.x.push(Math.sin(n), Math.cos(3 * n));
      own.labels.push(n % 5);
    }
    const cases = ["moons", "circles", "xor", "spiral", "blobs", "own"].flatMap((kind, at) => {
      const data = { kind, count: 150, noise: 0.15, classes: kind === "own" ? 5 : 4, validationShare: 0.4, ...(kind === "own" ? { own } : {}) };
      const optimizer = { kind: ["sgd", "momentum", "adam"][at % 3], learningRate: 0.02, momentum: 0.8, weightDecay: 0.001 };
      return [spiral({ data, optimizer, seed: at + 2 ** 40 })];
    });
    await withEngine(async (ask) => {
      for (const config of cases) {
        const { state } = await ask("reset", config);
        const reached = await ask("train", 20 * state.stepsPerEpoch);
        const native = nativeState(config, 20);
        assert.equal(reached.step, native.step);
        assert.equal(reached.epoch, 20);
        holdScores(reached, native, 1e-9);
      }
    });
  });
});

describe("a pass taken apart", () => {
  const find = (tensors, name) => tensors.find((tensor) => tensor.name === name).values;
  const gradients = (trace) =>
    Object.fromEntries(
      trace.operations
        .filter(({ kind }) => kind === "affine")
        .flatMap(({ name, backward }) => ["w", "b"].map((parameter) => [`${name}.${parameter}`, find(backward.outputs, `d${parameter}`)])),
    );

  it("has the masks that the next training step uses", async () => {
    // Plain SGD moves every weight by the rate times its gradient: a gradient of other masks could not tell where to.
    const rate = 0.125;
    await withEngine(async (ask) => {
      await ask("reset", spiral({ optimizer: { kind: "sgd", learningRate: rate, momentum: 0, weightDecay: 0 } }));
      for (let step = 0; step < 10; ++step) {
        const batch = await ask("nextBatch");
        const traces = {};
        const before = {};
        for (const side of sides) {
          traces[side] = { train: await ask("trace", side, batch, "train"), test: await ask("trace", side, batch, "test") };
          before[side] = await ask("weights", side);
          await ask("trace", side, [0], "train"); // must not disturb the step
        }
        await ask("train", 1);
        for (const side of sides) {
          const moved = await ask("weights", side);
          const distance = (trace) => {
            const expected = gradients(trace);
            return Math.max(...moved.flatMap(({ name, values }, i) => values.map((value, k) => Math.abs(value - (before[side][i].values[k] - rate * expected[name][k])))));
          };
          assert.ok(distance(traces[side].train) <= 1e-15, `${side}: ${distance(traces[side].train)}`);
          if (side === "dropout") assert.ok(distance(traces[side].test) > 1e-6, "without masks the step would be another");
        }
        const masks = traces.dropout.train.operations.filter(({ kind }) => kind === "dropout").map(({ forward }) => find(forward.cache, "mask"));
        assert.equal(masks.length, 2);
        for (const mask of masks) {
          assert.ok(mask.every((entry) => entry === 0 || entry === 1));
          assert.ok(mask.includes(0) && mask.includes(1));
        }
      }
    });
  });

  it("goes on with another learning rate and other keep_probs, as the next step shows", async () => {
    const config = (rate, ...keeps) => spiral({ hidden: keeps.map((keepProb) => ({ width: 9, keepProb })), optimizer: { kind: "sgd", learningRate: rate, momentum: 0, weightDecay: 0 } });
    await withEngine(async (ask) => {
      await ask("reset", config(0.125, 0.5, 0.5));
      const { plain, dropout } = await ask("train", 7);
      await ask("change", config(0.5, 0.25, 0.9));
      const batch = await ask("nextBatch");
      const taken = await ask("trace", "dropout", batch, "train");
      assert.deepEqual(taken.operations.filter(({ kind }) => kind === "dropout").map(({ keepProb }) => keepProb), [0.25, 0.9]);
      const before = await ask("weights", "dropout");
      const state = await ask("train", 1);
      assert.equal(state.step, 8);
      assert.notDeepEqual([state.plain, state.dropout], [plain, dropout]);
      const moved = await ask("weights", "dropout");
      const expected = gradients(taken);
      moved.forEach(({ name, values }, i) =>
        values.forEach((value, k) => assert.ok(Math.abs(value - (before[i].values[k] - 0.5 * expected[name][k])) <= 1e-15, `${name}[${k}]`)),
      );
      // Of another shape they are not these nets any more: refused, and nothing is lost.
      await assert.rejects(ask("change", spiral()), /does not belong to these settings/);
      assert.deepEqual(await ask("weights", "dropout"), moved);
    });
  });

  it("has gradients that agree with differences in every entry", async () => {
    await withEngine(async (ask) => {
      await ask("reset", spiral({ hidden: [{ width: 7, keepProb: 0.75 }, { width: 5, keepProb: 0.5 }] }));
      await ask("train", 40);
      for (const side of sides) {
        for (const [examples, mode] of [[[5], "train"], [await ask("nextBatch"), "train"], [[1, 2], "test"]]) {
          const trace = await ask("trace", side, examples, mode);
          const all = { ...gradients(trace), x: find(trace.operations[0].backward.outputs, "dx") };
          for (const [name, values] of Object.entries(all)) {
            for (const [index, value] of values.entries()) {
              const { analytic, numeric, relativeError, atKink } = await ask("numericGradient", side, name, index, examples, mode);
              assert.equal(analytic, value);
              assert.ok(relativeError <= 1e-7, `${side} ${name}[${index}], ${examples.length} examples: ${analytic}, ${numeric}, ${relativeError}`);
              assert.ok(Math.abs(analytic - numeric) <= 1e-7 * Math.max(Math.abs(analytic) + Math.abs(numeric), 1e-6));
              assert.equal(atKink, false);
            }
          }
        }
      }
    });
  });
});

describe("the engine", () => {
  it("restores to the bit, in another worker too", async () => {
    let saved;
    let held;
    let later;
    await withEngine(async (ask) => {
      await ask("reset", spiral());
      await ask("train", 45);
      await ask("setInput", 7, 1, 0.123);
      held = await ask("setWeight", "dropout", "affine2.w", 9, -0.25);
      saved = await ask("save");
      later = await ask("train", 100);
      assert.deepEqual((await ask("restore", saved)).state, held);
      assert.deepEqual(await ask("train", 100), later);
    });
    await withEngine(async (ask) => {
      const { train } = await ask("reset", spiral());
      const restored = await ask("restore", saved);
      assert.deepEqual(restored.state, held);
      assert.notEqual(train.x[15], 0.123);
      assert.equal(restored.train.x[15], 0.123);
      assert.equal((await ask("weights", "dropout")).find(({ name }) => name === "affine2.w").values[9], -0.25);
      assert.deepEqual(await ask("train", 100), later);
    });
  });

  it("refuses with a sentence and keeps what there is", async () => {
    await withEngine(async (ask) => {
      await assert.rejects(ask("train", 1), { message: "there is no net yet" });
      await ask("reset", spiral());
      const held = await ask("train", 5);
      const saved = await ask("save");
      const refusals = [
        [["reset", spiral({ batchSize: 0 })], "the batch size is 0, expected at least 1"],
        [["reset", spiral({ seed: 0.5 })], /^seed is 0\.5, expected a whole number from 0 to 9007199254740991$/],
        [["reset", spiral({ hidden: [{ width: 4, keepProb: 0 }] })], "keep_prob of hidden layer 1 is 0, expected a number above 0 and up to 1"],
        [["reset", {}], "the settings lack data"],
        [["setWeight", "plain", "affine9.w", 0, 1], "the net has no weights named affine9.w"],
        [["setInput", 1e6, 0, 1], "there is no coordinate 0 of training point 1000000"],
        [["trace", "plain", [], "test"], "no examples are given, expected at least 1"],
        [["trace", "plain", [120], "test"], "there is no training point 120, there are 120"],
        [["numericGradient", "plain", "x", 2, [0], "test"], "x has no entry 2, it has 2"],
        [["restore", saved.slice(0, -1)], "the saved state does not belong to these settings, or it is damaged"],
        [["boundary", "plain", 0, 1], "the resolution is 0, expected 1 to 1000"],
        [["units", "plain", 0, 1], "the resolution is 0, expected 1 to 1000"],
      ];
      for (const [[method, ...parameters], message] of refusals) await assert.rejects(ask(method, ...parameters), { message });
      assert.deepEqual(await ask("save"), saved);
      await ask("restore", saved);
      assert.deepEqual(await ask("train", 0), held);
    });
  });

  it("says at which step a net has diverged, and trains it no more", async () => {
    await withEngine(async (ask) => {
      await ask("reset", spiral({ optimizer: { kind: "sgd", learningRate: 1e6, momentum: 0, weightDecay: 0.001 } }));
      const { step, plain, dropout } = await ask("train", 1000);
      assert.ok(step > 0 && step < 1000, `step ${step}`);
      assert.equal(Math.max(plain.divergedAt, dropout.divergedAt), step);
      assert.equal((await ask("train", 1000)).step, step);
      await ask("reset", spiral());
      assert.equal((await ask("train", 3)).step, 3);
    });
  });

  it("concludes from differences by the study's rule", async () => {
    await withEngine(async (ask) => {
      const gaps = Array.from({ length: 20 }, (_, seed) => -0.1 + 0.03 * Math.sin(7 * seed));
      const validations = Array.from({ length: 20 }, (_, seed) => 0.01 * Math.sin(5 * seed));
      const { gap, validation } = await ask("conclude", gaps, validations); // before there is any net
      const t = 2.4334402113749709; // of 19 degrees of freedom and 1 - .05/2 on both sides, as the native Boost computes it
      for (const [told, values] of [[gap, gaps], [validation, validations]]) {
        const mean = values.reduce((sum, value) => sum + value, 0) / 20;
        const half = (t * Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 19)) / Math.sqrt(20);
        assert.ok(Math.abs(told.mean - mean) < 1e-15, `${told.mean} instead of ${mean}`);
        assert.ok(Math.abs(told.half - half) < 1e-14, `${told.half} instead of ${half}`);
      }
      assert.match(gap.words, /^the gap shrinks by \.\d{3} ± \.\d{3} \(in 20 of 20 seeds\)$/);
      assert.match(validation.words, /^no effect on validation accuracy could be shown \([+−]\.\d+ ± \.\d+\)$/);
      const { gap: one } = await ask("conclude", [0.5], [0.5]);
      assert.equal(one.half, null);
      await assert.rejects(ask("conclude", [], []), { message: "there is no value to take the mean of" });
    });
  });

  it("has in an ensemble the nets that examples' masks leave", async () => {
    await withEngine(async (ask) => {
      await ask("reset", spiral());
      await ask("train", 20);
      const masks = 6;
      // The first of 2×2 cells of [-1, 1]² has its middle at (-.5, .5): every example goes there.
      for (let example = 0; example < masks; ++example) {
        await ask("setInput", example, 0, -0.5);
        await ask("setInput", example, 1, 0.5);
      }
      const { members, accuracies, mean } = await ask("ensemble", masks, 4, 2, 1);
      assert.equal(members.length, 4);
      assert.equal(accuracies.length, masks);
      const sum = [0, 0, 0];
      for (let example = 0; example < masks; ++example) {
        const { operations } = await ask("trace", "dropout", [example], "train");
        const { values } = operations.at(-1).forward.cache.find(({ name }) => name === "probabilities");
        values.forEach((p, label) => (sum[label] += p));
        if (example < 4) assert.ok(Math.abs(members[example].confidence[0] - Math.max(...values)) < 1e-6, `example ${example}`);
      }
      assert.ok(Math.abs(mean.confidence[0] - Math.max(...sum) / masks) < 1e-6);
      assert.equal(mean.classes[0], sum.indexOf(Math.max(...sum)));
    });
  });

  it("says so when it cannot be loaded", async () => {
    for (const file of ["worker", "thinnet"]) {
      const { page, close } = await openPage();
      await page.route(new RegExp(`/assets/${file}-[^/]*$`), (route) => route.abort());
      await page.goto(address);
      await until(page, "the page says that something is wrong", () => document.querySelector(".message-box.is-problem")?.checkVisibility());
      const message = await page.locator(".message").textContent();
      assert.match(message, file === "worker" ? /^The engine has stopped: it could not be loaded/ : /fetch/i);
      await close();
    }
  });

  it("trains a pair of 2-16-16-3 many steps in a frame's time of work", async (test) => {
    await withEngine(async (ask) => {
      await ask("reset", spiral({ data: { kind: "spiral", count: 400, noise: 0.2, classes: 3, validationShare: 0.5 } }));
      await ask("train", 2000); // compiled by now
      const steps = 4000; // CPU time is counted in hundredths of a second
      const before = await rendererTimes(browser);
      await ask("train", steps);
      const seconds = mostWork(before, await rendererTimes(browser));
      const aFrame = (0.016 * steps) / seconds;
      test.diagnostic(`${aFrame.toFixed(0)} steps in 16 ms of CPU time`);
      assert.ok(seconds > 0, "no renderer has worked");
      assert.ok(aFrame >= 20, `${aFrame.toFixed(0)} steps in 16 ms of CPU time`);
    });
  });
});
