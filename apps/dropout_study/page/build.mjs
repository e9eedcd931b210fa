// Bundles src/ into template.html, one file that needs no other, and gathers the licences of what it holds into
// LICENCES.txt. The same sources give the same bytes. Usage: node build.mjs [FOLDER TO WRITE TO]
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const output = resolve(process.argv[2] ?? here);
const placeholder = "STUDY_JSON_HERE"; // what dropout_study replaces by the study

const options = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  charset: "utf8",
  legalComments: "none",
  target: "es2020",
  write: false,
  metafile: true,
};
const bundle = await build({ ...options, entryPoints: ["src/main.js"], format: "iife" });
const script = bundle.outputFiles[0].text.trim();
const style = (await build({ ...options, entryPoints: ["src/style.css"] })).outputFiles[0].text.trim();

function require(holds, problem) {
  if (!holds) throw new Error(problem);
}

// Packages that are in the bundle as a copy inside another package's file.
const copied = { "d3-array": ["internmap"] };

/** The packages of which at least one byte is in the bundle. */
function packages() {
  const inputs = Object.entries(Object.values(bundle.metafile.outputs)[0].inputs);
  const names = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names.filter(Boolean).flatMap((name) => [name, ...(copied[name] ?? [])]))].sort();
}

/** Licences, each text once below the packages it covers; the first line of each names the holder. */
function licences() {
  const texts = new Map();
  for (const name of packages()) {
    const folder = join(here, "node_modules", name);
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    require(file, `${name} has no licence file`);
    const [holder, ...rest] = readFileSync(join(folder, file), "utf8").trim().split(/\r?\n/);
    require(holder.startsWith("Copyright "), `${name}: its licence does not begin with the holder of the copyright`);
    const text = rest.join("\n").trim();
    if (!texts.has(text)) texts.set(text, []);
    texts.get(text).push(`${name} ${version}: ${holder}`);
  }
  const blocks = [...texts].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`);
  return `This page's script holds code of the following packages.\n\n${blocks.join("\n----\n\n")}`;
}

const notices = licences();
const comment = notices.replaceAll("----", "____"); // two hyphens may end a comment
require(!comment.includes("--"), "a licence would end the comment that holds it");
for (const text of [script, style, notices]) require(!text.includes(placeholder), `the bundle contains ${placeholder}`);
require(!/<\/script|<!--/i.test(script), "the script would end its own element");
require(!/<\/style/i.test(style), "the style would end its own element");

const parts = {
  hash: `sha256-${createHash("sha256").update(script).digest("base64")}`,
  notices: comment.trim(),
  script,
  study: placeholder,
  style,
};
const page = readFileSync(join(here, "src", "page.html"), "utf8").replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
require(page.split(placeholder).length === 2, `the page must contain ${placeholder} exactly once`);

writeFileSync(join(output, "template.html"), page);
writeFileSync(join(output, "LICENCES.txt"), notices);
console.log(`template.html: ${Math.round(Buffer.byteLength(page) / 1024)} KiB`);
