// main.js TARGET RUNS SEED CORPUS: the inputs of the corpus, then so many that fast-check makes up. Exit code 1 and the
// smallest input that was found when a promise is broken.
import fc from "fast-check";
import { readFileSync, readdirSync } from "node:fs";
import { csv } from "./csv";
import { csvText, permalinkText } from "./inputs";
import { permalink } from "./permalink";

const targets = {
  csv: { read: csv, texts: csvText },
  permalink: { read: permalink, texts: permalinkText },
};

const [name, runs, seed, corpus] = process.argv.slice(2) as [keyof typeof targets, string, string, string];
const { read, texts } = targets[name];
const kept = readdirSync(corpus).map((file) => readFileSync(`${corpus}/${file}`, "utf8"));
const begin = Date.now();
for (const text of kept) read(text);
fc.assert(fc.property(texts, read), { numRuns: Number(runs), seed: Number(seed), maxSkipsPerRun: 0 });
console.log(`lab_${name}: ${kept.length + Number(runs)} inputs in ${Math.round((Date.now() - begin) / 1000)} s, no finding`);
