// Builds the page from the study that the program has written into it.
import { curves, dashes, gaps, sample, sizes, summaries } from "./charts.js";
import { element, scrolling, table } from "./dom.js";
import { accuracy, count, difference, hiddenName, keepName, list, plural, ranges, withInterval } from "./format.js";
import { masks, weights } from "./pictures.js";
import { seriesOf } from "./series.js";

const sameList = (a, b) => a.length === b.length && a.every((value, index) => value === b[index]);

function section(id, heading, ...content) {
  return element("section", { id, "aria-labelledby": `${id}-heading` }, element("h2", { id: `${id}-heading` }, heading), ...content);
}

const paragraph = (text) => element("p", {}, text);

// The grid's columns, which begin every row of a table; those of which there is a choice only, but for size and keep_prob.
function place({ grid }, perEpochs = true) {
  const columns = [
    ["hidden layers", grid.hidden.length > 1, ({ hidden }) => hiddenName(hidden)],
    ["training images", true, ({ training }) => count(training)],
    ["learning rate", several(grid.learning_rates), ({ learning_rate }) => String(learning_rate)],
    ["epochs", perEpochs && several(grid.epochs), ({ epochs }) => count(epochs)],
    ["keep_prob", true, ({ keep_prob }) => String(keep_prob)],
  ].filter(([, wanted]) => wanted);
  return { names: columns.map(([name]) => name), cells: (row) => columns.map(([, , cell]) => cell(row)) };
}

// Studies from before there was a choice do not have the list.
const several = (list) => list !== undefined && list.length > 1;

function answer(study) {
  const { grid, groups } = study;
  const intervals = groups.some(({ seeds }) => seeds > 1);
  const { names, cells } = place(study);
  const budgets = [
    several(grid.learning_rates) ? `; learning rates ${list(grid.learning_rates)}` : "",
    several(grid.epochs) ? `; ${list(grid.epochs.map(count))} epochs, read from the same runs` : "",
  ].join("");
  const measures = ["train", "validation", "gap", "best_validation"];
  const content = [
    paragraph(
      `${plural(study.runs.length, "run")} on ${study.data.name}: keep_prob ${list(grid.keep_probs)}; ${list(grid.training.map(count))} training images; hidden layers ${list(grid.hidden.map(hiddenName))}; ${grid.seeds.length === 1 ? "seed" : "seeds"} ${ranges(grid.seeds)}${budgets}. keep_prob is the probability that a unit stays in training. The gap is train minus validation accuracy after the last epoch, which is the same for all nets of a comparison: none stops early. Best validation is that of the best epoch, chosen on the same images.${intervals ? " ± gives the 95 % interval of the mean over seeds." : ""}`,
    ),
    table(
      "groups",
      intervals ? "Accuracy, mean and 95 % interval over seeds" : "Accuracy of one seed: no interval can be given",
      [...names, "train", "validation", "gap", "best validation", "seeds"],
      groups.map((group) => [...cells(group), ...measures.map((measure) => withInterval(group[measure])), String(group.seeds)]),
      names.length,
    ),
  ];
  content.push(...differences("differences", "Against no dropout", groups, study, { gap: "smaller", validation: "higher" }));
  return section("answer", study.tuned ? budgetName(study) : "The answer in numbers", ...content);
}

/** "All at an equal budget: learning rate 0.0005, 25 epochs". */
const budgetName = ({ settings }) => `All at an equal budget: learning rate ${settings.learning_rate}, ${plural(settings.epochs, "epoch")}`;

const tunedName = "Each at its own best setting";

/** Of what counts as an effect, in the headline, the sentences and the words alike. */
const rule = (intervals) => `± holds with 95 % for all ${intervals} intervals together, by Bonferroni's rule.`;

/** A table of the changes that `holds` names, each with the direction that is hoped for; none without comparisons. */
function differences(id, name, groups, study, holds) {
  const { names, cells } = place(study);
  const compared = groups.filter((group) => group.against_1);
  if (compared.length === 0) return [];
  const rows = compared.flatMap((group) =>
    Object.keys(holds).map((measure) => {
      const change = group.against_1[measure];
      return [...cells(group), measure, difference(change), `${holds[measure]} in ${change.holds} of ${plural(change.seeds, "seed")}`, change.words];
    }),
  );
  return [table(id, `${name}: paired differences to keep_prob 1, seed by seed. ${compared.some(({ seeds }) => seeds > 1) ? `${rule(2 * compared.length)} ` : ""}Words follow these intervals.`, [...names, "of", "difference", "seeds", "in words"], rows, names.length)];
}

// The columns of a table of tuned nets: their setting is a result, not a row's name.
const settingNames = ["learning rate", "epochs"];
const settingCells = ({ learning_rate, epochs }) => [String(learning_rate), count(epochs)];

function tuned(study) {
  if (!study.tuned) return [];
  const { groups, learning_rates, epochs, tuning_seeds, test_images } = study.tuned;
  const { names, cells } = place(study);
  const intervals = groups.some(({ seeds }) => seeds > 1);
  const measures = ["train", "validation", "test", "gap"];
  const edges = groups.filter(({ edge }) => edge).map((group) => element("li", {}, `${names.map((name, index) => `${name} ${cells(group)[index]}`).join(", ")}: ${group.edge}.`));
  return [
    section(
      "tuned",
      tunedName,
      paragraph(
        `Nets that learn more slowly are not held to the pace of others: each keep_prob takes the learning rate (${list(learning_rates)}) and the number of epochs (${list(epochs.map(count))}) at which the mean validation accuracy over the tuning ${tuning_seeds.length === 1 ? "seed" : "seeds"} ${ranges(tuning_seeds)} is best. It is then trained anew on seeds that had no part in the choice (${ranges(study.grid.seeds)}), and compared on ${plural(test_images.count, "test image")} that no choice has seen. Validation images are drawn by the seed. The gap is train minus test accuracy after the last epoch.${intervals ? " ± gives the 95 % interval of the mean over seeds, for the settings as they were chosen." : ""}`,
      ),
      table(
        "tuned-groups",
        "Accuracy of each keep_prob at its own best setting",
        [...names, ...settingNames, ...measures, "seeds"],
        groups.map((group) => [...cells(group), ...settingCells(group), ...measures.map((measure) => withInterval(group[measure])), String(group.seeds)]),
        names.length,
      ),
      ...differences("tuned-differences", "Against no dropout at its own best setting", groups, study, { test: "higher", gap: "smaller" }),
      ...(edges.length ? [element("h3", {}, "Best points at the edge of the grid"), element("ul", { id: "edges" }, ...edges)] : []),
    ),
  ];
}

/** A figure whose chart is drawn anew when its width or the reader's choice changes. */
function chart(id, draw) {
  const holder = element("div", { class: "chart" });
  const caption = element("figcaption", { id: `${id}-caption` });
  let width = 0;
  const update = () => {
    if (width < 1) return;
    const { picture, summary } = draw(width);
    caption.textContent = summary;
    if (picture === null) {
      holder.replaceChildren();
      return;
    }
    // The chart is one picture with one name: names of its parts would go unread.
    for (const part of picture.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-labelledby", `${id}-heading`);
    picture.setAttribute("aria-describedby", caption.id);
    holder.replaceChildren(picture);
  };
  new ResizeObserver(() => {
    // A chart's height follows from its width: only a new width is news.
    if (Math.floor(holder.clientWidth) === width) return;
    width = Math.floor(holder.clientWidth);
    update();
  }).observe(holder);
  return { figure: element("figure", {}, holder, caption), update };
}

function select(label, names, changed) {
  const choice = element("select", {}, ...names.map((name, index) => element("option", { value: index }, name)));
  choice.addEventListener("change", () => changed(Number(choice.value)));
  return element("label", {}, label, " ", choice);
}

function charts(study, series) {
  const { grid, groups } = study;
  const shown = new Set(grid.keep_probs);
  const chosen = { hidden: grid.hidden[0], training: grid.training[0], learning_rate: grid.learning_rates?.[0], epochs: grid.epochs?.[0] };
  const parts = [];
  const update = () => parts.forEach((part) => part.update());

  const ofBudget = (group) => ["learning_rate", "epochs"].every((key) => group[key] === undefined || group[key] === chosen[key]);

  // Draws what is chosen of `all`, or says why there is nothing to draw.
  const drawing = (draw, summarise, wanted, all) => (width) => {
    const selected = all.filter((group) => shown.has(group.keep_prob) && sameList(group.hidden, chosen.hidden) && wanted(group));
    if (selected.length === 0) return { picture: null, summary: "No keep_prob is ticked." };
    const where = grid.hidden.length > 1 ? ` Hidden layers: ${hiddenName(chosen.hidden)}.` : "";
    const bands = summarise.intervals && selected.some(({ seeds }) => seeds > 1) ? ` ${summarise.intervals}` : "";
    return { picture: draw(selected, series, all, width), summary: summarise.words(selected) + where + bands };
  };
  const add = (id, draw, summarise, wanted = ofBudget, all = groups) => {
    const part = chart(id, drawing(draw, summarise, wanted, all));
    parts.push(part);
    return part.figure;
  };

  const toggles = series.map(({ keep, color, symbol }) => {
    const box = element("input", { type: "checkbox", name: "keep_prob", value: keep });
    box.checked = true;
    box.addEventListener("change", () => {
      if (box.checked) shown.add(keep);
      else shown.delete(keep);
      update();
    });
    const line = sample({ color, symbol });
    line.setAttribute("aria-hidden", "true");
    return element("label", {}, box, line, keep === 1 ? "1 (no dropout)" : String(keep));
  });
  const key = [null, dashes].flatMap((dash) => {
    const line = sample({ dash });
    line.setAttribute("aria-hidden", "true");
    return [element("span", {}, line, dash ? "validation (dashed)" : "train (solid)")];
  });
  const choices = [];
  if (grid.training.length > 1) {
    choices.push(select("Training images", grid.training.map(count), (index) => { chosen.training = grid.training[index]; update(); }));
  }
  if (grid.hidden.length > 1) {
    choices.push(select("Hidden layers", grid.hidden.map(hiddenName), (index) => { chosen.hidden = grid.hidden[index]; update(); }));
  }
  for (const [key, values, label] of [["learning_rate", grid.learning_rates, "Learning rate"], ["epochs", grid.epochs, "Epochs"]]) {
    if (several(values)) choices.push(select(label, values.map(String), (index) => { chosen[key] = values[index]; update(); }));
  }
  const controls = element(
    "form",
    { class: "controls", "aria-label": "What the charts show", autocomplete: "off" },
    element("fieldset", {}, element("legend", {}, "keep_prob"), ...toggles),
    ...choices,
    element("span", {}, "Ticks hold for every chart."),
  );
  controls.addEventListener("submit", (event) => event.preventDefault());

  const budget = study.tuned ? ", at an equal budget" : "";
  const made = [
    section(
      "curves",
      `Accuracy over the epochs${budget}`,
      controls,
      element("p", { class: "key" }, ...key),
      add("curves", curves, { words: summaries.curves, intervals: "Bands are 95 % intervals of the mean over seeds." }, (group) => group.training === chosen.training && ofBudget(group)),
    ),
    ...tuningCurves(study, key, chosen, add, update),
    section(
      "gap",
      `The gap against keep_prob${budget}`,
      add("gap", gaps, { words: summaries.gaps, intervals: "Bars are 95 % intervals of the mean over seeds." }),
    ),
  ];
  if (grid.training.length > 1) {
    made.push(
      section(
        "sizes",
        `Accuracy against training-set size${budget}`,
        element("p", { class: "key" }, ...key.map((line) => line.cloneNode(true))),
        add("sizes", sizes, { words: summaries.sizes, intervals: "Bars are 95 % intervals of the mean over seeds." }),
      ),
    );
  }
  return made;
}

/** The curves that the settings were chosen from, a learning rate at a time, as long as the longest training. */
function tuningCurves(study, key, chosen, add, update) {
  if (!study.tuned) return [];
  const { curves: all, groups, learning_rates, tuning_seeds } = study.tuned;
  // Means alone: the bands of two or three seeds would hide them.
  const alone = ({ mean }) => ({ mean, low: mean.map(() => null), high: mean.map(() => null) });
  const last = ({ mean }) => ({ mean: mean[mean.length - 1], low: null, high: null });
  const means = all.map(({ train_curve, validation_curve, ...group }) => ({ ...group, train_curve: alone(train_curve), validation_curve: alone(validation_curve), train: last(train_curve), validation: last(validation_curve) }));
  chosen.tuning_rate = learning_rates[0];
  const wanted = (group) => group.training === chosen.training && group.learning_rate === chosen.tuning_rate;
  const words = (selected) => {
    const here = groups.filter((group) => selected.some((curve) => curve.keep_prob === group.keep_prob) && sameList(group.hidden, chosen.hidden) && wanted(group));
    const taken = here.map((group) => `${plural(group.epochs, "epoch")} ${keepName(group.keep_prob)}`);
    const choice = taken.length ? `Chosen at this learning rate: ${list(taken)}.` : "Nothing was chosen at this learning rate.";
    return `Learning rate ${chosen.tuning_rate}. ${summaries.curves(selected)} ${choice}`;
  };
  const choice = learning_rates.length > 1 ? [element("p", { class: "controls" }, select("Learning rate tried", learning_rates.map(String), (index) => { chosen.tuning_rate = learning_rates[index]; update(); }))] : [];
  return [
    section(
      "tuning",
      "What the settings were chosen from",
      paragraph(`Means over the tuning ${tuning_seeds.length === 1 ? "seed" : "seeds"} ${ranges(tuning_seeds)}. Where a curve of validation accuracy still rises at its end, more epochs may do better.`),
      ...choice,
      element("p", { class: "key" }, ...key.map((line) => line.cloneNode(true))),
      add("tuning", curves, { words, intervals: "" }, wanted, means),
    ),
  ];
}

function weightPictures(study) {
  if (study.weights.length === 0) return [];
  return [
    section(
      "weights",
      "What the first layer looks for",
      paragraph("Each tile is one unit's incoming weights, drawn as the image it answers to most."),
      element("div", { class: "pictures" }, ...study.weights.map(weights)),
    ),
  ];
}

function maskPictures(study, series) {
  const { strips, layer, step, seed, units, examples } = study.masks;
  if (strips.length === 0) return [];
  return [
    section(
      "masks",
      "The masks of one batch",
      paragraph(
        `Which units of ${layer} stay in step ${step} with seed ${seed}: a row is one of the batch's first ${plural(examples, "example")}, a column one of the layer's first ${plural(units, "unit")}. Coloured units stay; blank ones are dropped.`,
      ),
      ...strips.map((strip, index) => masks(study.masks, strip, series.find(({ keep }) => keep === strip.keep_prob) ?? seriesOf([strip.keep_prob])[0], index)),
    ),
  ];
}

function bestNet(study) {
  const { best } = study;
  if (!best || best.confusion.length === 0) return [];
  const name = (index) => best.classes[index] ?? String(index);
  const rows = best.confusion.map((row, index) => {
    const images = row.reduce((sum, value) => sum + value, 0);
    const right = best.per_class[index];
    return [
      name(index),
      ...row.map((value) => ({ text: count(value), share: images ? value / images : 0 })),
      count(images),
      right === null ? "–" : accuracy(right),
    ];
  });
  const choice =
    study.runs.length === 1
      ? "It is the only run."
      : `It is the best of ${plural(study.runs.length, "run")} by its accuracy on these same validation images, so the figure flatters: expect less on images that had no part in the choice.`;
  const made = table("confusion", "Validation images by true class (rows) and predicted class (columns)", ["true class", ...best.confusion.map((_, index) => name(index)), "images", "accuracy"], rows);
  return [
    section(
      "best",
      "The best net, class by class",
      paragraph(
        `Validation accuracy ${accuracy(best.validation)} ${keepName(best.keep_prob)}, hidden layers ${hiddenName(best.hidden)}, ${count(best.training)} training images, seed ${best.seed}. ${choice}`,
      ),
      made,
    ),
  ];
}

function record(study) {
  const { names, cells } = place(study, false);
  const pairs = (entries) => element("dl", {}, ...entries.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, String(value))]));
  const runs = table(
    "runs",
    "Every run, after its last epoch",
    [...names, "seed", "train", "validation", "gap", "best validation", "best epoch"],
    study.runs.map((run) => [...cells(run), String(run.seed), ...["train", "validation", "gap", "best_validation"].map((key) => accuracy(run[key])), String(run.best_epoch)]),
    names.length + 1,
  );
  return section(
    "record",
    "How to repeat it",
    element("h3", { id: "command-heading" }, "Command"),
    scrolling("command-heading", element("pre", {}, element("code", { id: "command" }, study.command))),
    element(
      "div",
      { class: "lists" },
      element("div", {}, element("h3", {}, "Settings"), pairs([["seeds", ranges(study.grid.seeds)], ...Object.entries(study.settings)])),
      element("div", {}, element("h3", {}, "Versions"), pairs(Object.entries(study.versions))),
    ),
    element("h3", {}, "Data"),
    table("files", `${study.data.name}: the files read, with their checksums`, ["file", "bytes", "SHA-256"], study.data.files.map(({ name, bytes, sha256 }) => [name, count(bytes), sha256])),
    element("h3", {}, "Runs"),
    element("details", {}, element("summary", {}, `All ${plural(study.runs.length, "run")}`), runs),
    ...tunedRuns(study),
  );
}

function tunedRuns(study) {
  if (!study.tuned) return [];
  const { runs, test_images } = study.tuned;
  const { names, cells } = place(study, false);
  const rows = runs.map((run) => [...cells(run), ...settingCells(run), String(run.seed), ...["train", "validation", "test"].map((key) => accuracy(run[key]))]);
  const made = table("tuned-runs", "Every run at the best setting of its keep_prob, after its last epoch", [...names, ...settingNames, "seed", "train", "validation", "test"], rows, names.length);
  return [
    element("details", {}, element("summary", {}, `All ${plural(runs.length, "run")} at the best settings`), made),
    element("p", { id: "test-images" }, `${plural(test_images.count, "test image")}; SHA-256 of what the nets see of them: ${test_images.sha256}`),
  ];
}

/** The answer in few words; then each question, where there are two, with its answer to the letter below it. */
function sentences(study) {
  // Studies from before there was a headline do not have one.
  const headline = study.headline ? [element("p", { id: "headline" }, study.headline)] : [];
  const one = element("p", { id: "sentence" }, study.sentence);
  if (!study.tuned) return [...headline, one];
  const question = (name) => element("p", { class: "question" }, name);
  return [...headline, question(budgetName(study)), one, question(tunedName), element("p", { id: "tuned-sentence" }, study.tuned.sentence)];
}

function build(study) {
  const series = seriesOf(study.grid.keep_probs);
  const title = `Dropout study: ${study.data.name}`;
  document.title = title;
  const sections = [answer(study), ...tuned(study), ...charts(study, series), ...weightPictures(study), ...maskPictures(study, series), ...bestNet(study), record(study)];
  const links = sections.map((made) => element("li", {}, element("a", { href: `#${made.id}` }, made.firstChild.textContent)));
  document.querySelector("header").replaceChildren(
    element("h1", {}, title),
    ...sentences(study),
    element("nav", { "aria-label": "On this page" }, element("ul", {}, ...links)),
  );
  document.querySelector("main").replaceChildren(...sections);
}

function show() {
  let study;
  try {
    study = JSON.parse(document.getElementById("study").textContent);
  } catch {
    document.querySelector("main").replaceChildren(paragraph("This page holds no study yet: dropout_study fills it."));
    return;
  }
  build(study);
}

show();
