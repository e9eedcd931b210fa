// Opens pages in Chromium and holds what they show against the study they were made from: the fixtures beside this file
// and, where STUDY_FOLDER names a folder with a study.html and study.json of dropout_study, that page too.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { backstop, launchOptions, until } from "../browser.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const pageFolder = resolve(here, "../../../apps/dropout_study/page");
const require = createRequire(join(pageFolder, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const template = readFileSync(join(pageFolder, "template.html"), "utf8");
const scratch = mkdtempSync(join(tmpdir(), "dropout-page-"));
let browser;

const readStudy = (file) => JSON.parse(readFileSync(file, "utf8"));

/** Does what dropout_study does with the template. */
/** Writes a page of a name of its own: a test beside it may be reading the others. */
function fill(name, study) {
  const file = join(scratch, `${name}.html`);
  writeFileSync(file, template.replace("STUDY_JSON_HERE", () => JSON.stringify(study).replaceAll("<", "\\u003c")));
  return file;
}

/** Pages that no test is using. A new document in one of them costs less than a new page. */
const idle = [];

/** A page in a window of its own: of two in one window Chromium holds the one behind back. */
async function openPage() {
  const context = await browser.newContext();
  context.setDefaultTimeout(backstop);
  const page = await context.newPage();
  const open = { page, address: "", problems: [] };
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== open.address) open.problems.push(`request: ${request.url()}`);
  });
  page.on("console", (message) => open.problems.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => open.problems.push(`error: ${error.stack}`));
  return open;
}

/** Waits until every chart is drawn, as wide as its place is. */
const chartsDrawn = (page) =>
  until(page, "every chart is drawn as wide as its place", () =>
    [...document.querySelectorAll(".chart")].every(
      ({ firstChild, clientWidth }) => Number(firstChild?.getAttribute("width")) === Math.floor(clientWidth),
    ),
  );

/** Opens the file, and afterwards holds it to have stayed silent and to have asked for no other. */
async function withPage(file, { width = 1440, scheme = "light" }, body) {
  const open = idle.pop() ?? (await openPage());
  const { page, problems } = open;
  let passed = false;
  try {
    open.address = pathToFileURL(file).href;
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme });
    await page.mouse.move(0, 0); // the test before may have left it on a chart
    await page.goto(open.address);
    await chartsDrawn(page);
    await body(page);
    assert.deepEqual(problems, []);
    passed = true;
  } finally {
    // What a failed test left behind is no matter of the next one.
    if (passed) idle.push(open);
    else await page.context().close();
  }
}

// What numbers should look like; written a second time, so that the page's own code does not judge itself.
function digits(value) {
  const text = Math.abs(value).toFixed(3);
  const short = text.startsWith("0") ? text.slice(1) : text;
  return value < 0 && short !== ".000" ? `−${short}` : short;
}

function range({ mean, low, high }) {
  if (low === null) return digits(mean);
  const lopsided = Math.abs(high - mean - (mean - low)) >= 0.0005;
  return lopsided ? `${digits(mean)} [${digits(low)}, ${digits(high)}]` : `${digits(mean)} ± ${digits((high - low) / 2)}`;
}

const number = (value) => value.toLocaleString("en");
const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const hiddenName = (hidden) => (hidden.length ? hidden.join("-") : "none");

function tableCells(page, id) {
  return page.evaluate(
    (table) => [...document.querySelectorAll(`#${table} tbody tr`)].map((row) => [...row.cells].map((cell) => cell.textContent.replaceAll("\u00a0", " "))),
    id,
  );
}

/** The marks of one chart: for every group of marks its class and the numbers of its shapes. */
function marks(page, section) {
  return page.evaluate((id) => {
    const numbers = (text) => (text.match(/-?\d+(\.\d+)?(e-?\d+)?/g) ?? []).map(Number);
    // Where an element stands in the chart's own pixels, all transforms of its ancestors applied.
    const shift = (node) => {
      const svg = node.ownerSVGElement;
      const matrix = svg.getScreenCTM().inverse().multiply(node.getScreenCTM());
      return [matrix.e, matrix.f];
    };
    return [...document.querySelectorAll(`#${id} .chart svg g[class]`)].map((group) => ({
      name: group.getAttribute("class"),
      shapes: [...group.querySelectorAll("path, circle, line, text")].map((shape) => {
        const [x, y] = shift(shape);
        const title = shape.querySelector("title")?.textContent.replaceAll("\u00a0", " ") ?? null;
        if (shape.tagName === "circle") return { title, x: x + shape.cx.baseVal.value, y: y + shape.cy.baseVal.value };
        if (shape.tagName === "line") {
          const [x1, x2, y1, y2] = ["x1", "x2", "y1", "y2"].map((key) => shape[key].baseVal.value);
          return { title, x1: x1 + x, x2: x2 + x, y1: y1 + y, y2: y2 + y };
        }
        if (shape.tagName === "text") return { text: shape.textContent.replaceAll("\u00a0", " "), x, y };
        const points = numbers(shape.getAttribute("d"));
        return { title, x, y, points: points.flatMap((value, index) => (index % 2 ? [] : [[value + x, points[index + 1] + y]])) };
      }),
    }));
  }, section);
}

const find = (all, name) => all.filter((group) => group.name === name).flatMap(({ shapes }) => shapes);

/**
 * Holds that positions follow from values by one straight line, rising or falling as it should. Kinds of marks may stand
 * half a pixel off each other, which Plot does to draw sharp lines.
 */
function assertStraight(pairs, sign, what) {
  assert.ok(pairs.length > 0, `${what}: nothing is drawn`);
  const sorted = [...pairs].sort((a, b) => a[0] - b[0]);
  const [first, last] = [sorted[0], sorted[sorted.length - 1]];
  if (first[0] === last[0]) return;
  const slope = (last[1] - first[1]) / (last[0] - first[0]);
  assert.ok(slope * sign > 0, `${what}: the axis runs the wrong way`);
  for (const [value, position] of pairs) {
    const expected = first[1] + slope * (value - first[0]);
    assert.ok(Math.abs(position - expected) < 0.6, `${what}: ${value} is drawn at ${position} px instead of ${expected}`);
  }
}

/** Learning rates and numbers of epochs that there is a choice of; studies from before there was one have no list. */
const budgets = ({ grid }) => (grid.learning_rates ?? [undefined]).flatMap((learning_rate) => (grid.epochs ?? [undefined]).map((epochs) => ({ learning_rate, epochs })));

/** Whether a group is of a budget, the first one unless another is named. */
const ofBudget = (study, group, budget = budgets(study)[0]) => ["learning_rate", "epochs"].every((key) => budget[key] === undefined || group[key] === budget[key]);

/** Calls body for every choice of hidden layers, training size and budget, having chosen it. */
async function eachChoice(page, study, body) {
  const { grid } = study;
  const choose = async (label, list, value) => {
    if (list?.length > 1) await page.getByRole("combobox", { name: label }).selectOption({ label: value });
  };
  for (const hidden of grid.hidden) {
    await choose("Hidden layers", grid.hidden, hiddenName(hidden));
    for (const training of grid.training) {
      await choose("Training images", grid.training, number(training));
      for (const budget of budgets(study)) {
        await choose("Learning rate", grid.learning_rates, String(budget.learning_rate));
        await choose("Epochs", grid.epochs, String(budget.epochs));
        await body(hidden, training, budget);
      }
    }
  }
}

const place = ({ grid }, { hidden, training, learning_rate, epochs, keep_prob }, perEpochs = true) => [
  ...(grid.hidden.length > 1 ? [hiddenName(hidden)] : []),
  number(training),
  ...(grid.learning_rates?.length > 1 ? [String(learning_rate)] : []),
  ...(perEpochs && grid.epochs?.length > 1 ? [String(epochs)] : []),
  String(keep_prob),
];

/** Rows of a table of differences. */
const changes = (study, groups, holds) =>
  groups
    .filter((group) => group.against_1)
    .flatMap((group) =>
      Object.keys(holds).map((key) => {
        const of = group.against_1[key];
        return [...place(study, group), key, (of.mean > 0 ? "+" : "") + range(of), `${holds[key]} in ${of.holds} of ${of.seeds} seed${of.seeds === 1 ? "" : "s"}`, of.words];
      }),
    );

async function checkTables(page, study) {
  const measures = ["train", "validation", "gap", "best_validation"];
  assert.deepEqual(
    await tableCells(page, "groups"),
    study.groups.map((group) => [...place(study, group), ...measures.map((key) => range(group[key])), String(group.seeds)]),
  );
  assert.deepEqual(await tableCells(page, "differences"), changes(study, study.groups, { gap: "smaller", validation: "higher" }));
  assert.deepEqual(
    await tableCells(page, "runs"),
    study.runs.map((run) => [...place(study, run, false), String(run.seed), ...measures.map((key) => digits(run[key])), String(run.best_epoch)]),
  );
  const { best } = study;
  assert.deepEqual(
    await tableCells(page, "confusion"),
    (best?.confusion ?? []).map((row, index) => [
      best.classes[index] ?? String(index),
      ...row.map(number),
      number(row.reduce((sum, value) => sum + value, 0)),
      best.per_class[index] === null ? "–" : digits(best.per_class[index]),
    ]),
  );
  assert.deepEqual(
    await tableCells(page, "files"),
    study.data.files.map(({ name, bytes, sha256 }) => [name, number(bytes), sha256]),
  );
  // A fuller cell of the confusion matrix is never paler than an emptier one of its row.
  const shares = await page.evaluate(() =>
    [...document.querySelectorAll("#confusion tbody tr")].map((row) =>
      [...row.querySelectorAll("td")].slice(0, -2).map((cell) => Number(/[\d.]+(?=\)$)/.exec(getComputedStyle(cell).backgroundColor.replace(/^rgb\(.*/, "1)"))[0])),
    ),
  );
  shares.forEach((row, index) => {
    const counts = best.confusion[index];
    const images = counts.reduce((sum, value) => sum + value, 0) || 1;
    row.forEach((share, column) => assert.ok(Math.abs(share - (0.55 * counts[column]) / images) < 0.005, `colour of confusion ${index}, ${column}`));
  });
}

async function checkText(page, study) {
  assert.equal(await page.locator("#sentence").textContent(), study.sentence);
  if (study.headline) {
    assert.equal(await page.locator("header p").first().textContent(), study.headline);
    assert.ok(study.headline.split(" ").length <= 25, study.headline);
  }
  assert.equal(await page.locator("#command").textContent(), study.command);
  const pairs = await page.evaluate(() => [...document.querySelectorAll("#record dt")].map((name) => [name.textContent, name.nextElementSibling.textContent]));
  assert.deepEqual(pairs.slice(1), [...Object.entries(study.settings), ...Object.entries(study.versions)].map(([key, value]) => [key, String(value)]));
  const seeds = pairs[0][1].split(", ").flatMap((part) => {
    const [first, last = first] = part.split(" to ").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  assert.deepEqual(seeds, study.grid.seeds);
  const ids = await page.evaluate(() => [...document.querySelectorAll("main > section")].map(({ id }) => id));
  const expected = { answer: true, tuned: study.tuned, curves: true, tuning: study.tuned, gap: true, sizes: study.grid.training.length > 1, weights: study.weights.length, masks: study.masks.strips.length, best: study.best?.confusion.length, record: true };
  assert.deepEqual(ids, Object.keys(expected).filter((id) => expected[id]));
}

async function checkCurves(page, study) {
  await eachChoice(page, study, async (hidden, training, budget) => {
    const groups = study.groups.filter((group) => equal(group.hidden, hidden) && group.training === training && ofBudget(study, group, budget));
    await checkCurvesOf(page, "curves", groups);
  });
}

/** Holds that a chart shows the curves of these groups, and its caption their ends. */
async function checkCurvesOf(page, section, groups) {
  const drawn = await marks(page, section);
  assert.equal(drawn.filter(({ name }) => name.startsWith("curve ")).length, 2 * groups.length);
  const horizontal = [];
  const vertical = [];
  for (const group of groups) {
    for (const measure of ["train", "validation"]) {
      const curve = group[`${measure}_curve`];
      const name = `${measure} keep-${group.keep_prob}`;
      const [line] = find(drawn, `curve ${name}`);
      assert.equal(line.points.length, curve.mean.length, `epochs of ${name}`);
      line.points.forEach(([x, y], index) => {
        horizontal.push([index, x]);
        vertical.push([curve.mean[index], y]);
      });
      const [band] = find(drawn, `band ${name}`);
      assert.equal(Boolean(band), curve.low.every((value) => value !== null), `band of ${name}`);
      const lines = [curve.high, curve.low];
      for (const [side, values] of band ? lines.entries() : []) {
        const half = band.points.slice(side ? values.length : 0, side ? 2 * values.length : values.length);
        if (side) half.reverse();
        half.forEach(([, y], index) => vertical.push([values[index], y]));
      }
      const words = await page.locator(`#${section} figcaption`).textContent();
      assert.ok(words.replaceAll("\u00a0", " ").includes(range(group[measure])), `the caption names ${name}`);
    }
  }
  assertStraight(horizontal, 1, "epochs");
  assertStraight(vertical, -1, `curves of ${section}`);
}

/** The second question: each keep_prob at its own best setting, its tables, its words and the curves it was chosen from. */
async function checkTuned(page, study) {
  const { tuned } = study;
  assert.equal(await page.locator("#tuned").count(), tuned ? 1 : 0);
  if (!tuned) return;
  assert.equal(await page.locator("#tuned-sentence").textContent(), tuned.sentence);
  const { learning_rate, epochs } = study.settings;
  assert.equal(await page.locator("#answer h2").textContent(), `All at an equal budget: learning rate ${learning_rate}, ${epochs} epochs`);
  assert.equal(await page.locator("#tuned h2").textContent(), "Each at its own best setting");
  const setting = (row) => [String(row.learning_rate), number(row.epochs)];
  assert.deepEqual(
    await tableCells(page, "tuned-groups"),
    tuned.groups.map((group) => [...place(study, group), ...setting(group), ...["train", "validation", "test", "gap"].map((key) => range(group[key])), String(group.seeds)]),
  );
  assert.deepEqual(await tableCells(page, "tuned-differences"), changes(study, tuned.groups, { test: "higher", gap: "smaller" }));
  assert.deepEqual(
    await tableCells(page, "tuned-runs"),
    tuned.runs.map((run) => [...place(study, run), ...setting(run), String(run.seed), ...["train", "validation", "test"].map((key) => digits(run[key]))]),
  );
  const edges = await page.locator("#edges li").allTextContents();
  assert.deepEqual(edges.map((text) => text.slice(text.indexOf(": ") + 2, -1)), tuned.groups.map(({ edge }) => edge).filter(Boolean));
  assert.ok((await page.locator("#test-images").textContent()).includes(tuned.test_images.sha256));
  await eachChoice(page, study, async (hidden, training) => {
    for (const rate of tuned.learning_rates) {
      await page.getByRole("combobox", { name: "Learning rate tried" }).selectOption({ label: String(rate) });
      const at = (group) => equal(group.hidden, hidden) && group.training === training && group.learning_rate === rate;
      const means = ({ mean }) => ({ mean, low: mean.map(() => null), high: mean.map(() => null) });
      const end = ({ mean }) => ({ mean: mean.at(-1), low: null });
      const shown = tuned.curves.filter(at).map(({ train_curve, validation_curve, ...group }) => ({
        ...group,
        ...{ train_curve: means(train_curve), validation_curve: means(validation_curve) },
        ...{ train: end(train_curve), validation: end(validation_curve) },
      }));
      await checkCurvesOf(page, "tuning", shown);
      const caption = await page.locator("#tuning figcaption").textContent();
      for (const group of tuned.groups.filter(at)) assert.ok(caption.includes(`${group.epochs} epochs ${group.keep_prob === 1 ? "without dropout" : `with keep_prob ${group.keep_prob}`}`), caption);
    }
  });
}

async function checkGaps(page, study) {
  const [hidden] = study.grid.hidden;
  if (study.grid.hidden.length > 1) await page.getByLabel("Hidden layers").selectOption({ label: hiddenName(hidden) });
  const drawn = await marks(page, "gap");
  const horizontal = [];
  for (const keep of study.grid.keep_probs) {
    const groups = study.groups.filter((group) => equal(group.hidden, hidden) && group.keep_prob === keep && ofBudget(study, group));
    const points = find(drawn, `gap keep-${keep}`);
    assert.deepEqual(points.map(({ title }) => title), groups.map((group) => `keep_prob ${keep}, ${number(group.training)} images: ${range(group.gap)}`));
    assert.deepEqual(find(drawn, `number keep-${keep}`).map(({ text }) => text), groups.map(({ gap }) => range(gap)));
    const bars = find(drawn, `interval keep-${keep}`);
    const barred = groups.filter(({ gap }) => gap.low !== null);
    assert.equal(bars.length, barred.length);
    groups.forEach(({ gap }, index) => horizontal.push([gap.mean, points[index].x]));
    barred.forEach(({ gap }, index) => horizontal.push([gap.low, bars[index].x1], [gap.high, bars[index].x2]));
  }
  assertStraight(horizontal, 1, "gaps");
  assert.deepEqual(find(drawn, "panel").map(({ text }) => text), study.grid.training.map((training) => `keep_prob, ${number(training)} training images`));
}

async function checkSizes(page, study) {
  if (study.grid.training.length < 2) return;
  const [hidden] = study.grid.hidden;
  const drawn = await marks(page, "sizes");
  const horizontal = [];
  const vertical = [];
  for (const keep of study.grid.keep_probs) {
    const groups = study.groups.filter((group) => equal(group.hidden, hidden) && group.keep_prob === keep && ofBudget(study, group)).sort((a, b) => a.training - b.training);
    for (const measure of ["train", "validation"]) {
      const [line] = find(drawn, `curve ${measure} keep-${keep}`);
      assert.equal(line.points.length, groups.length);
      const bars = find(drawn, `interval ${measure} keep-${keep}`);
      groups.forEach((group, index) => {
        horizontal.push([Math.log(group.training), line.points[index][0]]);
        vertical.push([group[measure].mean, line.points[index][1]]);
      });
      groups.filter((group) => group[measure].low !== null).forEach((group, index) => {
        const { y1, y2 } = bars[index];
        vertical.push([group[measure].low, Math.max(y1, y2)], [group[measure].high, Math.min(y1, y2)]);
      });
    }
  }
  assertStraight(horizontal, 1, "training sizes");
  assertStraight(vertical, -1, "accuracies by size");
}

/** Which keep_probs have marks in each chart. */
async function keepsShown(page) {
  const shown = {};
  for (const id of ["curves", "gap", "sizes"]) {
    const names = (await marks(page, id)).flatMap(({ name }) => /keep-(\S+)/.exec(name)?.[1] ?? []);
    shown[id] = [...new Set(names)].sort();
  }
  return shown;
}

async function checkToggles(page, study) {
  const all = study.grid.keep_probs.map(String).sort();
  const charts = ["curves", "gap", ...(study.grid.training.length > 1 ? ["sizes"] : [])];
  const expectKeeps = async (keeps) => {
    const shown = await keepsShown(page);
    for (const id of charts) assert.deepEqual(shown[id], keeps, `keep_probs drawn in ${id}`);
  };
  const boxes = page.locator("input[type=checkbox][name=keep_prob]");
  assert.equal(await boxes.count(), all.length);
  for (const keep of study.grid.keep_probs) {
    const box = page.getByRole("checkbox", { name: keep === 1 ? "1 (no dropout)" : String(keep), exact: true });
    const others = all.filter((name) => name !== String(keep));
    for (const press of [() => box.click(), () => box.locator("xpath=..").click(), async () => { await box.focus(); await page.keyboard.press("Space"); }]) {
      await expectKeeps(all);
      const before = await page.locator("#curves .chart").innerHTML();
      await press();
      assert.equal(await box.isChecked(), false);
      await expectKeeps(others);
      if (others.length === 0) assert.match(await page.locator("#curves figcaption").textContent(), /No keep_prob/);
      await press();
      assert.equal(await box.isChecked(), true);
      assert.equal(await page.locator("#curves .chart").innerHTML(), before, "the same curves come back");
    }
  }
}

async function checkChoices(page, study) {
  const seen = new Set();
  await eachChoice(page, study, async () => seen.add(await page.locator("#curves .chart").innerHTML()));
  assert.equal(seen.size, study.grid.hidden.length * study.grid.training.length * budgets(study).length, "every choice has curves of its own");
}

async function checkPictures(page, study) {
  const canvases = await page.evaluate(() =>
    [...document.querySelectorAll("#weights canvas")].map((canvas) => ({
      width: canvas.width,
      pixels: [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data],
    })),
  );
  assert.equal(canvases.length, study.weights.length);
  study.weights.forEach(({ side, channels, tiles, pixels }, net) => {
    const bytes = Buffer.from(pixels, "base64");
    const { width, pixels: drawn } = canvases[net];
    const across = Math.min(6, tiles);
    for (let tile = 0; tile < tiles; ++tile) {
      for (let pixel = 0; pixel < side * side; ++pixel) {
        const x = (tile % across) * (side + 2) + (pixel % side);
        const y = Math.floor(tile / across) * (side + 2) + Math.floor(pixel / side);
        const from = (tile * side * side + pixel) * channels;
        const color = channels === 3 ? [...bytes.subarray(from, from + 3)] : [bytes[from], bytes[from], bytes[from]];
        const at = 4 * (y * width + x);
        if (!equal(drawn.slice(at, at + 4), [...color, 255])) assert.fail(`net ${net}, tile ${tile}, pixel ${pixel}`);
      }
    }
  });

  const strips = await page.evaluate(() =>
    [...document.querySelectorAll("#masks figure")].map((figure) => ({ path: figure.querySelector("path").getAttribute("d"), words: figure.querySelector("figcaption").textContent })),
  );
  assert.equal(strips.length, study.masks.strips.length);
  study.masks.strips.forEach(({ keep_prob, rows }, index) => {
    const kept = rows.flatMap((row, y) => [...row].flatMap((unit, x) => (unit === "1" ? [`${x} ${y}`] : [])));
    assert.deepEqual([...strips[index].path.matchAll(/M(\d+ \d+)h1v1h-1z/g)].map(([, at]) => at), kept);
    const all = rows.length * study.masks.units;
    assert.equal(strips[index].words, `keep_prob ${keep_prob}: ${number(kept.length)} of ${number(all)} stay, a share of ${digits(kept.length / all)}.`);
  });
}

async function checkWidth(page) {
  await page.locator("details").evaluateAll((all) => all.forEach((details) => (details.open = true)));
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await chartsDrawn(page);
    const wide = await page.evaluate(() => ({
      page: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      // Nothing outside a scrolling box may stand beyond the edge, where overflow: hidden would only hide it.
      parts: [...document.querySelectorAll("body *")]
        .filter((node) => !node.parentElement.closest(".scroll") && (node.getBoundingClientRect().right > innerWidth + 0.5 || node.getBoundingClientRect().left < -0.5))
        .map((node) => `${node.tagName} ${node.getAttribute("class") ?? node.id}: ${node.textContent.slice(0, 40)}`),
    }));
    assert.deepEqual(wide, { page: 0, parts: [] }, `at ${width} pixels`);
  }
}

async function checkKeyboard(page) {
  const wanted = await page.evaluate(() => {
    const all = [...document.querySelectorAll("a[href], input, select, summary, .scroll")].filter((node) => node.checkVisibility());
    all.forEach((node, index) => node.setAttribute("data-order", index));
    return all.length;
  });
  const reached = [];
  await page.evaluate(() => document.activeElement.blur());
  for (let press = 0; press < wanted; ++press) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const node = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(node);
      return { order: Number(node.getAttribute("data-order") ?? -1), visible: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2, is: node.outerHTML.slice(0, 60) };
    });
    assert.ok(at.visible, `focus shows on ${at.is}`);
    reached.push(at.order);
  }
  assert.deepEqual(reached, Array.from({ length: wanted }, (_, index) => index), "Tab reaches everything in the order of the page");
}

/** The smallest contrast of text with what lies behind it, over all text on the page, charts too. */
function contrasts(page) {
  return page.evaluate(() => {
    const parse = (color) => {
      const [red, green, blue, alpha = 1] = color.match(/[\d.]+/g).map(Number);
      return { rgb: [red, green, blue], alpha };
    };
    const over = (top, below) => top.rgb.map((value, index) => value * top.alpha + below[index] * (1 - top.alpha));
    const behind = (node) => (node ? over(parse(getComputedStyle(node).backgroundColor), behind(node.parentElement)) : [255, 255, 255]);
    const light = (rgb) => {
      const [red, green, blue] = rgb.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const texts = [...document.querySelectorAll("body *")].filter(
      (node) => !["SCRIPT", "STYLE", "style", "title", "OPTION", "NOSCRIPT"].includes(node.tagName) && node.checkVisibility() && [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()),
    );
    return texts
      .map((node) => {
        const style = getComputedStyle(node);
        const back = behind(node);
        const lights = [light(over(parse(node.ownerSVGElement ? style.fill : style.color), back)), light(back)].sort((a, b) => b - a);
        return { contrast: (lights[0] + 0.05) / (lights[1] + 0.05), text: node.textContent.slice(0, 40) };
      })
      .sort((a, b) => a.contrast - b.contrast);
  });
}

async function checkAccess(page) {
  await page.locator("details").evaluateAll((all) => all.forEach((details) => (details.open = true)));
  const texts = await contrasts(page);
  assert.ok(texts.length > 50);
  assert.ok(texts[0].contrast >= 4.5, `contrast ${texts[0].contrast} of “${texts[0].text}”`);

  const pictures = await page.evaluate(() =>
    [...document.querySelectorAll("svg, canvas")].filter((node) => !node.closest("[aria-hidden=true]")).map((node) => ({
      role: node.getAttribute("role"),
      texts: ["aria-labelledby", "aria-describedby"].map((key) => (node.getAttribute(key) ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ").trim()),
    })),
  );
  for (const { role, texts: names } of pictures) {
    assert.equal(role, "img");
    assert.ok(names.every((text) => text.length > 5), `a picture's name and description: ${names}`);
  }
  assert.equal(await page.getByRole("img", { name: /\S/ }).count(), pictures.length);

  const structure = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    headings: [...document.querySelectorAll("h1, h2, h3, h4")].map(({ tagName }) => Number(tagName[1])),
    tables: [...document.querySelectorAll("table")].map((made) => Boolean(made.caption?.textContent) && [...made.querySelectorAll("th")].every((head) => head.scope)),
    ids: [...document.querySelectorAll("[id]")].map(({ id }) => id),
    title: document.title,
  }));
  assert.equal(structure.lang, "en");
  assert.match(structure.title, /Dropout study: /);
  assert.equal(structure.headings.filter((level) => level === 1).length, 1);
  structure.headings.forEach((level, index) => assert.ok(level <= (structure.headings[index - 1] ?? 0) + 1, "no level of headings is skipped"));
  assert.ok(structure.tables.every(Boolean), "every table has a caption and scopes");
  assert.equal(new Set(structure.ids).size, structure.ids.length, "ids are unique");
  for (const role of ["banner", "main", "contentinfo", "navigation"]) assert.equal(await page.getByRole(role).count(), 1, role);

  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
  assert.ok(passes.length > 20);
  assert.deepEqual(violations.map(({ id, impact, nodes }) => `${impact}: ${id}: ${nodes[0].html.slice(0, 120)}`), []);
}

const study = readStudy(join(here, "study.json"));
const minimal = readStudy(join(here, "minimal.json"));

// Three sizes, of which one straight line fits a logarithmic axis only; two depths; and a lopsided interval.
const larger = structuredClone(study);
const moved = (group, by) => {
  const copy = structuredClone(group);
  for (const key of ["train_curve", "validation_curve"]) copy[key].mean = copy[key].mean.map((value) => Number((value - by).toFixed(6)));
  return copy;
};
larger.grid.training.push(8000);
larger.groups.push(...study.groups.slice(3).map((group) => ({ ...moved(group, 0.005), training: 8000 })));
larger.runs.push(...study.runs.slice(12).map((run) => ({ ...run, training: 8000 })));
larger.grid.hidden.push([100, 50]);
larger.groups.push(...larger.groups.map((group) => ({ ...moved(group, 0.01), hidden: [100, 50] })));
larger.runs.push(...larger.runs.map((run) => ({ ...run, hidden: [100, 50] })));
larger.groups[0].gap.high += 0.01;

// Two learning rates and two lengths, of which the shorter one is read from the longer one's curves.
const budgeted = structuredClone(study);
Object.assign(budgeted.grid, { learning_rates: [0.0005, 0.002], epochs: [12, 5] });
const shortened = (group) => {
  const copy = structuredClone(group);
  for (const measure of ["train", "validation"]) {
    const curve = copy[`${measure}_curve`];
    for (const key of ["mean", "low", "high"]) curve[key].length = 5;
    copy[measure] = { mean: curve.mean[4], low: curve.low[4], high: curve.high[4] };
  }
  return copy;
};
const atRates = (rows) => rows.flatMap((row) => [0.0005, 0.002].map((learning_rate) => ({ ...moved(row, learning_rate * 10), learning_rate })));
budgeted.groups = atRates(study.groups).flatMap((group) => [{ ...group, epochs: 12 }, { ...shortened(group), epochs: 5 }]);
budgeted.runs = study.runs.flatMap((run) => [0.0005, 0.002].map((learning_rate) => ({ ...run, learning_rate })));

// Both questions: the study, and below it each keep_prob at a setting of its own.
const fair = structuredClone(study);
const settingOf = ({ keep_prob }) => ({ learning_rate: keep_prob === 1 ? 0.0005 : 0.002, epochs: Math.round(5 / keep_prob) });
fair.tuned = {
  sentence: "On CIFAR-10, each at its own best setting, with dropout test accuracy was higher in 3 of 4 comparisons.",
  tuning_seeds: [1000, 1001],
  learning_rates: [0.0005, 0.002],
  epochs: [5, 10, 20],
  validation_images: "drawn",
  test_images: { count: 10000, sha256: "89abcdef".repeat(8) },
  groups: study.groups.map(({ hidden, training, keep_prob, seeds, train, validation, best_validation, gap, against_1 }) => ({
    ...{ hidden, training, keep_prob, ...settingOf({ keep_prob }), seeds, train, validation, gap, test: best_validation },
    edge: keep_prob === 0.25 ? "its best point lies at the edge of the grid (20 is the largest number of epochs)" : "",
    against_1: against_1 && { test: { ...against_1.validation, words: "Test accuracy rises." }, gap: against_1.gap },
  })),
  curves: atRates(study.groups).map(({ hidden, training, keep_prob, learning_rate, seeds, train_curve, validation_curve }) => ({ hidden, training, keep_prob, learning_rate, seeds, train_curve, validation_curve })),
  runs: study.runs.map(({ hidden, training, keep_prob, seed, train, validation, best_validation }) => ({ hidden, training, keep_prob, ...settingOf({ keep_prob }), seed, train, validation, test: best_validation })),
};

const cases = [
  { name: "study", study, file: fill("study", study) },
  { name: "one seed, one setting, no images", study: minimal, file: fill("minimal", minimal) },
  { name: "three sizes, two depths", study: larger, file: fill("larger", larger) },
  { name: "two learning rates, two lengths", study: budgeted, file: fill("budgeted", budgeted) },
  { name: "both questions", study: fair, file: fill("fair", fair) },
];
if (process.env.STUDY_FOLDER) {
  const folder = resolve(process.env.STUDY_FOLDER);
  cases.push({ name: "the program's own page", study: readStudy(join(folder, "study.json")), file: join(folder, "study.html") });
}

// One suite, because node 18 runs before and after for suites only. Two tests at a time, each in a
// page of its own: one page alone keeps one core busy, for the test waits while the page works.
describe("page", { concurrency: 2 }, () => {
  before(async () => {
    browser = await chromium.launch(launchOptions);
  });

  after(async () => {
    await browser?.close();
    rmSync(scratch, { recursive: true });
  });

  for (const { name, study: expected, file } of cases) {
    const check = (what, body, options = {}) => it(`${name}: ${what}`, () => withPage(file, options, (page) => body(page, expected)));
    check("tables hold the study's numbers", checkTables);
    check("sentence, command, settings and sections", checkText);
    check("curves and bands lie where the numbers are", checkCurves);
    check("each at its own best setting", checkTuned);
    check("gaps lie where the numbers are", checkGaps);
    check("accuracy by size lies where the numbers are", checkSizes);
    check("toggles, by mouse and by keyboard", checkToggles);
    check("choices change the curves", checkChoices);
    check("weights and masks show every byte", checkPictures);
    check("nothing overflows, charts follow the width", checkWidth);
    check("the keyboard reaches everything, and focus shows", checkKeyboard);
    for (const scheme of ["light", "dark"]) {
      check(`contrast, names, structure and axe, ${scheme}`, checkAccess, { scheme });
      check(`contrast, names, structure and axe, ${scheme} and narrow`, checkAccess, { scheme, width: 360 });
    }
  }

  it("light and dark differ", async () => {
    const colors = [];
    for (const scheme of ["light", "dark"]) {
      await withPage(cases[0].file, { scheme }, async (page) => {
        colors.push(await page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector("#curves .chart svg [class^=curve]")).stroke]));
      });
    }
    assert.notEqual(colors[0][0], colors[1][0]);
    assert.notEqual(colors[0][1], colors[1][1]);
  });

  it("pointing at a curve reads its numbers out", async () => {
    await withPage(cases[0].file, {}, async (page) => {
      const drawn = await marks(page, "curves");
      const { points } = find(drawn, "curve train keep-1")[0];
      const chart = page.locator("#curves .chart svg");
      await chart.hover({ position: { x: points[4][0], y: points[4][1] } });
      await until(page, "the tip at the pointer says something", () => document.querySelector("#curves .tip")?.textContent);
      const tip = await chart.locator(".tip").textContent();
      const { mean, low, high } = study.groups[0].train_curve;
      assert.equal(tip.replaceAll("\u00a0", " ").replaceAll("\u200b", ""), `epoch 5keep_prob 1train ${range({ mean: mean[4], low: low[4], high: high[4] })}`);
    });
  });

  it("markup inside strings stays text", async () => {
    const attack = `</script><script>document.title = "taken"</script><img src=x onerror='document.title="taken"'><!-- & ${"`${document.title = 1}`"}`;
    const hostile = structuredClone(study);
    Object.assign(hostile, { sentence: attack, command: `dropout_study ${attack}` });
    hostile.data.name = attack;
    hostile.data.files[0].name = attack;
    hostile.settings[attack] = attack;
    hostile.versions[attack] = attack;
    hostile.masks.layer = attack;
    hostile.best.classes[0] = attack;
    hostile.groups[1].against_1.gap.words = attack;
    await withPage(fill("hostile", hostile), {}, async (page) => {
      await checkText(page, hostile);
      await checkTables(page, hostile);
      assert.equal(await page.title(), `Dropout study: ${attack}`);
      assert.equal(await page.locator("img").count(), 0);
      assert.equal(await page.locator("script").count(), 2);
      await checkWidth(page);
    });
  });

  it("a template that was not filled says so", async () => {
    const file = join(scratch, "empty.html");
    writeFileSync(file, template);
    await withPage(file, {}, async (page) => assert.match(await page.locator("main").textContent(), /holds no study yet/));
  });

  it("the committed page is what the sources give, byte for byte", async () => {
    await promisify(execFile)(process.execPath, [join(pageFolder, "build.mjs"), scratch]);
    for (const file of ["template.html", "LICENCES.txt"]) {
      assert.ok(readFileSync(join(scratch, file)).equals(readFileSync(join(pageFolder, file))), `${file} is out of date: run npm run build`);
    }
  });

  it("the study page in docs/ is this template, filled with its study", () => {
    const page = readFileSync(join(pageFolder, "../../../docs/dropout_study.html"), "utf8");
    const unfilled = page.replace(/(<script type="application\/json" id="study">)(.*?)(<\/script>)/s, "$1STUDY_JSON_HERE$3");
    assert.ok(unfilled === template, "docs/dropout_study.html is out of date: docs/README.md names its command");
  });

  it("the template has one place for the study, no address to load from, and its licences", () => {
    assert.equal(template.split("STUDY_JSON_HERE").length, 2);
    assert.ok(template.includes(`<script type="application/json" id="study">STUDY_JSON_HERE</script>`));
    assert.ok(statSync(join(pageFolder, "template.html")).size < 350 * 1024);
    const markup = template.replace(/<script>.*?<\/script>/s, "");
    assert.doesNotMatch(markup, /<link|<img|<iframe|<object|@import|\b(src|href)=|url\(/i);
    assert.match(markup, /Content-Security-Policy" content="default-src 'none'/);
    for (const holder of ["Observable, Inc.", "Mike Bostock", "Charles Karney", "Cynthia Brewer"]) assert.ok(template.includes(holder), holder);
  });

  it("no file of the page names a registry or a place on a disk", () => {
    const files = readdirSync(pageFolder).filter((name) => statSync(join(pageFolder, name)).isFile());
    for (const name of files) assert.doesNotMatch(readFileSync(join(pageFolder, name), "utf8"), /"resolved"|registry\.|npmjs|\/(tmp|home|root)\//, name);
    assert.ok(existsSync(join(pageFolder, "package-lock.json")));
  });
});
