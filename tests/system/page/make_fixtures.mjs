// Writes study.json and minimal.json beside it: invented figures, with the means and intervals that follow from them.
// Usage: node make_fixtures.mjs
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const t3 = 3.1824; // Student's t, 3 degrees of freedom, 97.5 %

let state = 1;
function uniform() {
  state = (state * 48271) % 2147483647; // Park and Miller: the same numbers everywhere
  return state / 2147483647;
}

const round = (value, digits = 6) => Number(value.toFixed(digits));

function interval(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean: round(mean), low: null, high: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const half = t3 * Math.sqrt(variance / values.length);
  return { mean: round(mean), low: round(mean - half), high: round(mean + half) };
}

function curve(rows) {
  const points = rows[0].map((_, epoch) => interval(rows.map((row) => row[epoch])));
  return { mean: points.map(({ mean }) => mean), low: points.map(({ low }) => low), high: points.map(({ high }) => high) };
}

function study({ keepProbs, training, seeds, epochs }) {
  const hidden = [64];
  const groups = [];
  const runs = [];
  for (const size of training) {
    const without = [];
    for (const keep of keepProbs) {
      const made = seeds.map((seed) => {
        const noise = () => (uniform() - 0.5) * 0.02;
        const top = { train: 0.72 + 0.27 * keep, validation: 0.24 + 0.05 * Math.log10(size / 50) + 0.03 * (1 - keep) };
        const rise = (end, speed) => Array.from({ length: epochs }, (_, epoch) => round(0.1 + (end - 0.1) * (1 - Math.exp((-speed * (epoch + 1)) / epochs)) + noise(), 4));
        const train = rise(top.train, 4);
        const validation = rise(top.validation, 6);
        const best = Math.max(...validation);
        const last = epochs - 1;
        return {
          curves: { train, validation },
          run: { hidden, training: size, keep_prob: keep, seed, train: train[last], validation: validation[last], gap: round(train[last] - validation[last]), best_validation: best, best_epoch: validation.indexOf(best) + 1 },
        };
      });
      runs.push(...made.map(({ run }) => run));
      const of = (key) => made.map(({ run }) => run[key]);
      if (keep === 1) without.push(...made.map(({ run }) => run));
      const against = (key, sign, words) => {
        const differences = made.map(({ run }, index) => round(run[key] - without[index][key]));
        const holds = differences.filter((value) => sign * value > 0).length;
        return { ...interval(differences), holds, seeds: seeds.length, words: words(holds) };
      };
      groups.push({
        hidden,
        training: size,
        keep_prob: keep,
        seeds: seeds.length,
        ...Object.fromEntries(["train", "validation", "gap", "best_validation"].map((key) => [key, interval(of(key))])),
        train_curve: curve(made.map(({ curves }) => curves.train)),
        validation_curve: curve(made.map(({ curves }) => curves.validation)),
        against_1:
          keep === 1 || without.length === 0
            ? null
            : {
                gap: against("gap", -1, (holds) => `The gap is smaller in ${holds} of ${seeds.length} seeds.`),
                validation: against("validation", 1, (holds) => `Validation accuracy is higher in ${holds} of ${seeds.length} seeds.`),
              },
      });
    }
  }
  const winner = runs.reduce((best, run) => (run.validation > best.validation ? run : best));
  const classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
  const confusion = classes.map((_, row) => classes.map((_, column) => (row === 9 ? 0 : Math.floor(uniform() * (row === column ? 60 : 9)))));
  const images = (row) => row.reduce((sum, value) => sum + value, 0);
  return {
    format: 1,
    headline: "Made-up numbers: dropout narrowed the train-validation gap in 3 of 3 comparisons; validation accuracy rose in 2.",
    sentence: "With 500 training images keep_prob 0.25 narrows the gap in 4 of 4 seeds, and validation accuracy rises a little.",
    command: `dropout_study --data cifar-10-batches-bin --keep-prob ${keepProbs.join(",")} --training ${training.join(",")} --seeds ${seeds[0]}-${seeds[seeds.length - 1]} --epochs ${epochs}`,
    data: {
      name: "CIFAR-10",
      files: [
        { name: "data_batch_1.bin", bytes: 30730000, sha256: "0123456789abcdef".repeat(4) },
        { name: "data_batch_5.bin", bytes: 30730000, sha256: "fedcba9876543210".repeat(4) },
      ],
    },
    versions: { thinnet: "0.1.0", compiler: "g++ 12.2.0", openblas: "0.3.21", xtensor: "0.24.3" },
    settings: { epochs, batch_size: 100, optimizer: "adam", learning_rate: 0.0005, validation_images: 1000, sampling: "replacement" },
    grid: { keep_probs: keepProbs, hidden: [hidden], training, seeds },
    groups,
    runs,
    weights: [],
    masks: { layer: "dropout1", step: 0, seed: 0, units: 100, examples: 20, strips: [] },
    best: {
      ...Object.fromEntries(["keep_prob", "hidden", "training", "seed", "validation"].map((key) => [key, winner[key]])),
      classes,
      confusion,
      per_class: confusion.map((row, index) => (images(row) ? round(row[index] / images(row)) : null)),
    },
  };
}

const full = study({ keepProbs: [1, 0.5, 0.25], training: [500, 2000], seeds: [0, 1, 2, 3], epochs: 12 });
const side = 32;
full.weights = [1, 0.25].map((keep) => {
  const bytes = [];
  for (let tile = 0; tile < 4; ++tile) {
    for (let row = 0; row < side; ++row) {
      for (let column = 0; column < side; ++column) {
        for (let channel = 0; channel < 3; ++channel) {
          const wave = Math.sin((row * (tile + 1) + column * (channel + 1)) / (keep === 1 ? 2 : 7));
          bytes.push(Math.round(127 + 110 * wave + (keep === 1 ? 30 : 4) * (uniform() - 0.5)));
        }
      }
    }
  }
  return { keep_prob: keep, hidden: [64], training: 500, seed: 0, side, channels: 3, tiles: 4, pixels: Buffer.from(bytes).toString("base64") };
});
full.masks.strips = [0.5, 0.25].map((keep) => ({
  keep_prob: keep,
  rows: Array.from({ length: 20 }, () => Array.from({ length: 100 }, () => (uniform() < keep ? "1" : "0")).join("")),
}));

// The least a study can be: one seed, so no intervals, nothing to compare with, features that are no images.
const minimal = study({ keepProbs: [0.5], training: [300], seeds: [7], epochs: 1 });
minimal.headline = "One run shows nothing.";
minimal.sentence = "One run of one setting compares nothing.";

for (const [name, content] of Object.entries({ study: full, minimal })) {
  writeFileSync(join(here, `${name}.json`), `${JSON.stringify(content)}\n`);
}
