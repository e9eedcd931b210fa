// What the page saves: weights that NumPy and the library open, curves as a table, pictures.
// LAB_LOSSES names the program lab_losses (build/release's unless set).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, describe, it } from "node:test";
import { name, scores, settled, two, withPage } from "./page.mjs";

const losses = resolve(process.env.LAB_LOSSES ?? new URL("../../../build/release/apps/lab_losses/lab_losses", import.meta.url).pathname);
const scratch = mkdtempSync(join(tmpdir(), "lab-downloads-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** The file that a press of that button saves. */
async function saved(page, what) {
  const [file] = await Promise.all([page.waitForEvent("download"), name(page, "button", `Save the ${what}`).click()]);
  const path = join(scratch, file.suggestedFilename());
  await file.saveAs(path);
  return path;
}

const hash = "#data=moons&points=60&noise=0.2&validation=0.5&hidden=7*0.5-5*0.8&batch=10&seed=4&step=30";
const config = {
  data: { kind: "moons", count: 60, noise: 0.2, classes: 2, validationShare: 0.5 },
  hidden: [{ width: 7, keepProb: 0.5 }, { width: 5, keepProb: 0.8 }],
  optimizer: { kind: "adam", learningRate: 0.01, momentum: 0.9, weightDecay: 0 },
  batchSize: 10,
  seed: 4,
};

describe("what is saved", two, () => {
  it("are weights that NumPy and the library open", async () => {
    const settings = join(scratch, "config.json");
    writeFileSync(settings, JSON.stringify(config));
    await withPage({ hash }, async (page) => {
      await settled(page);
      const s = await scores(page);
      for (const [label, side, called] of [["without dropout", "plain", "without"], ["with dropout", "dropout", "with"]]) {
        await name(page, "radio", label).click();
        const file = await saved(page, "weights as .npz");
        assert.match(file, new RegExp(`/thinnet-lab-${called}-dropout-step-30\\.npz$`));
        const bytes = readFileSync(file);
        assert.deepEqual(readFileSync(await saved(page, "weights as .npz")), bytes); // the same weights, the same bytes
        const arrays = execFileSync("/usr/bin/python3", ["-c", "import numpy, sys\nfor n, a in sorted(numpy.load(sys.argv[1]).items()): print(n, a.dtype.str, a.shape)", file], { encoding: "utf8" });
        assert.deepEqual(arrays.trim().split("\n"), [
          "affine1.b <f8 (1, 7)", "affine1.w <f8 (2, 7)", "affine2.b <f8 (1, 5)", "affine2.w <f8 (7, 5)", "affine3.b <f8 (1, 2)", "affine3.w <f8 (5, 2)",
        ]);
        const native = JSON.parse(execFileSync(losses, [settings, "--weights", file], { encoding: "utf8" }));
        for (const key of ["trainLoss", "validationLoss", "trainAccuracy", "validationAccuracy"])
          assert.ok(Math.abs(native[side][key] - s[`${side}.${key}`]) < 1e-12, `${called} ${key}: ${native[side][key]} instead of ${s[`${side}.${key}`]}`);
      }
    });
  });

  it("are the curves, with all digits and what was changed on the way", async () => {
    await withPage({ hash: `${hash}&then=12,0.002,0.5-0.8;20,0.002,1-0.8` }, async (page) => {
      await settled(page);
      const file = await saved(page, "curves as CSV");
      const [head, ...lines] = readFileSync(file, "utf8").trimEnd().split("\n").map((line) => line.split(","));
      const rows = lines.map((line) => Object.fromEntries(line.map((value, column) => [head[column], value])));
      assert.equal(rows[0].step, "0");
      const last = rows.at(-1);
      assert.deepEqual([last.step, last.epoch], ["30", "10"]);
      const s = await scores(page);
      for (const [column, key] of [["train_loss_without", "plain.trainLoss"], ["validation_accuracy_with", "dropout.validationAccuracy"], ["validation_loss_with", "dropout.validationLoss"]])
        assert.equal(Number(last[column]), s[key]);
      const settings = (step) => rows.filter((row) => Number(row.step) === step).map((row) => `${row.learning_rate} ${row.keep_prob}`);
      assert.deepEqual([1, 12, 13, 20, 21, 30].map(settings), [["0.01 0.5-0.8"], ["0.01 0.5-0.8"], ["0.002 0.5-0.8"], ["0.002 0.5-0.8"], ["0.002 1-0.8"], ["0.002 1-0.8"]]);
    });
  });

  it("are pictures of the planes and the curves, as they are on the screen", async () => {
    for (const scheme of ["light", "dark"])
      await withPage({ hash, scheme }, async (page) => {
        await settled(page);
        for (const what of ["planes", "curves"]) {
          const file = await saved(page, `${what} as PNG`);
          assert.match(file, new RegExp(`/thinnet-lab-${what}-step-30\\.png$`));
          const found = await page.evaluate(
            async ([base64, selector]) => {
              const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))]));
              const pixels = (source, x, y, width, height) => {
                const canvas = document.createElement("canvas");
                [canvas.width, canvas.height] = [width, height];
                const context = canvas.getContext("2d");
                context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--surface");
                context.fillRect(0, 0, width, height);
                context.drawImage(source, -x, -y);
                return [...new Uint32Array(context.getImageData(0, 0, width, height).data.buffer)];
              };
              const { width, height } = picture;
              const all = pixels(picture, 0, 0, width, height);
              // Every canvas's middle row is found in one row of the picture.
              return [...document.querySelectorAll(selector)].map((canvas) => {
                const row = pixels(canvas, 0, Math.floor(canvas.height / 2), canvas.width, 1);
                for (let y = 0; y < height; ++y)
                  for (let x = 0; x + row.length <= width; ++x) if (row.every((pixel, index) => all[y * width + x + index] === pixel)) return new Set(row).size;
                return 0;
              });
            },
            [readFileSync(file).toString("base64"), what === "planes" ? ".net-panel canvas" : ".figures canvas"],
          );
          assert.equal(found.length, what === "planes" ? 2 : 3);
          for (const colours of found) assert.ok(colours > 3, `${what}: ${found}`);
        }
      });
  });
});
