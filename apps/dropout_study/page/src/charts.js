// The three charts over the groups. Each function gets the groups and series to show and a width in pixels, and returns
// an SVG.
import { areaY, axisX, axisY, dot, gridX, gridY, lineY, plot, pointer, ruleX, ruleY, text, tip } from "@observablehq/plot";
import { accuracy, count, keepName, list, withInterval } from "./format.js";

export const dashes = "5 4";

const measures = [
  { key: "train", dash: null },
  { key: "validation", dash: dashes },
];

const tick = (value) => String(Number(value.toFixed(3))).replace(/^(-?)0\./, "$1.").replace("-", "−");

function extent(values, padding = 0.04) {
  const present = values.filter((value) => value !== null);
  const low = Math.min(...present);
  const high = Math.max(...present);
  const space = (high - low || 0.1) * padding;
  return [low - space, high + space];
}

/** Moves labels apart that would cover each other; `least` is the smallest distance in units of y. */
function spread(labels, least) {
  const sorted = [...labels].sort((a, b) => a.y - b.y);
  for (let round = 0; round < 50; ++round) {
    for (let index = 1; index < sorted.length; ++index) {
      const overlap = Math.max(0, least - (sorted[index].y - sorted[index - 1].y));
      sorted[index - 1].y -= overlap / 2;
      sorted[index].y += overlap / 2;
    }
  }
  return sorted;
}

function frame(width, height) {
  return { width, height, marginTop: 26, marginBottom: 40, marginLeft: 40, marginRight: 46, style: { fontSize: "12px" } };
}

/** The keep_prob of each line at its right end, in the order and near the height of the lines, under a heading that says so. */
function endLabels(ends, x, [low, high], { height, marginTop, marginBottom }) {
  const least = (13 * (high - low)) / (height - marginTop - marginBottom);
  const heading = text(["keep_prob"], { frameAnchor: "top-right", dx: 46, dy: -20, fill: "currentColor", fontWeight: 600, className: "heading" });
  const labels = spread(ends, least).map(({ y, series }) =>
    text([y], { x: () => x, y: (value) => value, text: () => String(series.keep), fill: series.color, dx: 9, textAnchor: "start", fontWeight: 600, className: `label keep-${series.keep}` }),
  );
  return [heading, labels];
}

function reading(points, x) {
  return tip(points, pointer({ x, y: "mean", title: "title", stroke: "var(--line)", className: "tip" }));
}

/** Accuracy over the epochs. `domain` are all groups: the axis stays where it is whatever is chosen. */
export function curves(groups, allSeries, domain, width) {
  const size = frame(width, width < 600 ? 300 : 400);
  const epochs = groups[0].train_curve.mean.length;
  const y = extent(
    domain.flatMap((group) => [group.train_curve, group.validation_curve]).flatMap(({ mean, low, high }) => [...mean, ...low, ...high]),
  );
  const bands = [];
  const lines = [];
  const ends = [];
  const points = [];
  for (const { key, dash } of measures) {
    for (const group of groups) {
      const series = allSeries.find(({ keep }) => keep === group.keep_prob);
      const curve = group[`${key}_curve`];
      const line = curve.mean.map((mean, index) => {
        const point = { epoch: index + 1, mean, low: curve.low[index], high: curve.high[index] };
        return { ...point, title: `epoch ${point.epoch}\nkeep_prob ${series.keep}\n${key} ${withInterval(point)}` };
      });
      const name = `${key} keep-${series.keep}`;
      if (line.every(({ low, high }) => low !== null && high !== null)) {
        bands.push(areaY(line, { x: "epoch", y1: "low", y2: "high", fill: series.color, fillOpacity: 0.13, className: `band ${name}` }));
      }
      lines.push(lineY(line, { x: "epoch", y: "mean", stroke: series.color, strokeWidth: 2, strokeDasharray: dash, className: `curve ${name}` }));
      lines.push(dot(line.slice(-1), { x: "epoch", y: "mean", fill: series.color, symbol: series.symbol, r: 4, className: `end ${name}` }));
      ends.push({ y: line[line.length - 1].mean, series });
      points.push(...line);
    }
  }
  return plot({
    ...size,
    x: { domain: [Math.min(1, epochs - 1), epochs] },
    y: { domain: y },
    marks: [
      gridY({ stroke: "var(--line)", strokeOpacity: 1 }),
      axisX({ label: "epoch", ticks: epochs === 1 ? [1] : Math.min(epochs - 1, Math.floor(width / 60)), tickFormat: (value) => (Number.isInteger(value) ? String(value) : ""), tickSize: 4 }),
      axisY({ label: "accuracy", tickFormat: tick, tickSize: 0 }),
      bands,
      lines,
      endLabels(ends, epochs, y, size),
      reading(points, "epoch"),
    ],
  });
}

/** The gap, one row a keep_prob, one panel a training size. Rows keep every label readable on a narrow screen. */
export function gaps(groups, allSeries, domain, width) {
  const sizes = [...new Set(groups.map(({ training }) => training))];
  const keeps = allSeries.map(({ keep }) => keep).filter((keep) => groups.some((group) => group.keep_prob === keep));
  const [low, high] = extent(domain.flatMap(({ gap }) => [gap.mean, gap.low, gap.high, 0]), 0);
  const rowHeight = 38;
  const titleHeight = 28;
  const panelHeight = keeps.length * rowHeight + titleHeight;
  const padding = titleHeight / panelHeight;
  const space = ((high - low) * 40) / (width - 130); // half of the longest number, which is centred on its mark
  const { marginBottom, ...size } = frame(width);
  return plot({
    ...size,
    marginTop: titleHeight,
    marginBottom,
    marginRight: 16,
    height: titleHeight + marginBottom + panelHeight * (sizes.length - padding),
    x: { domain: [low < 0 ? low - space : low, high + space] },
    y: { type: "band", domain: keeps, padding: 0 },
    fy: { domain: sizes, paddingInner: padding, axis: null },
    marks: [
      text(sizes, { fy: (value) => value, text: (value) => `keep_prob, ${count(value)} training images`, frameAnchor: "top-left", dx: -size.marginLeft, dy: -20, fontWeight: 600, className: "panel" }),
      gridX({ stroke: "var(--line)", strokeOpacity: 1 }),
      ruleX([0], { stroke: "currentColor" }),
      axisX({ label: "gap: train − validation accuracy", labelAnchor: "center", ticks: Math.floor(width / 90), tickFormat: tick, tickSize: 4 }),
      axisY({ label: null, tickSize: 0 }),
      allSeries.map(({ keep, color, symbol }) => {
        const rows = groups.filter((group) => group.keep_prob === keep).map((group) => ({ ...group.gap, keep, training: group.training }));
        const place = { y: "keep", fy: "training" };
        return [
          ruleY(rows.filter((row) => row.low !== null && row.high !== null), { ...place, x1: "low", x2: "high", stroke: color, strokeWidth: 2, className: `interval keep-${keep}` }),
          dot(rows, { ...place, x: "mean", fill: color, symbol, r: 5, className: `gap keep-${keep}`, title: (row) => `keep_prob ${keep}, ${count(row.training)} images: ${withInterval(row)}` }),
          text(rows, { ...place, x: "mean", text: withInterval, dy: -13, fill: "currentColor", className: `number keep-${keep}` }),
        ];
      }),
    ],
  });
}

/** Final accuracy against the number of training images, on a logarithmic axis. */
export function sizes(groups, allSeries, domain, width) {
  const size = frame(width, width < 600 ? 300 : 380);
  const y = extent(domain.flatMap(({ train, validation }) => [train, validation]).flatMap(({ mean, low, high }) => [mean, low, high]));
  const numbers = [...new Set(groups.map(({ training }) => training))].sort((a, b) => a - b);
  const last = numbers[numbers.length - 1];
  const pixels = (value) => (Math.log(value / numbers[0]) / Math.log(last / numbers[0])) * (width - 86);
  const ticks = []; // without those that would cover their neighbour
  for (const number of numbers) {
    if (ticks.length === 0 || pixels(number) - pixels(ticks[ticks.length - 1]) > 44) ticks.push(number);
  }
  const ends = [];
  const points = [];
  const marks = measures.map(({ key, dash }) =>
    allSeries.map((series) => {
      const line = groups
        .filter((group) => group.keep_prob === series.keep)
        .map((group) => ({ training: group.training, ...group[key] }))
        .map((point) => ({ ...point, title: `${count(point.training)} images\nkeep_prob ${series.keep}\n${key} ${withInterval(point)}` }))
        .sort((a, b) => a.training - b.training);
      if (line.length === 0) return [];
      const name = `${key} keep-${series.keep}`;
      ends.push({ y: line[line.length - 1].mean, series });
      points.push(...line);
      return [
        lineY(line, { x: "training", y: "mean", stroke: series.color, strokeWidth: 2, strokeDasharray: dash, className: `curve ${name}` }),
        ruleX(line.filter(({ low, high }) => low !== null && high !== null), { x: "training", y1: "low", y2: "high", stroke: series.color, strokeWidth: 1.5, className: `interval ${name}` }),
        dot(line, { x: "training", y: "mean", fill: series.color, symbol: series.symbol, r: 4, className: `mean ${name}` }),
      ];
    }),
  );
  return plot({
    ...size,
    x: { type: "log", domain: [numbers[0], last] },
    y: { domain: y },
    marks: [
      gridY({ stroke: "var(--line)", strokeOpacity: 1 }),
      axisX(ticks, { label: "training images (log)", text: count, tickSize: 4 }),
      axisY({ label: "accuracy", tickFormat: tick, tickSize: 0 }),
      marks,
      endLabels(ends, last, y, size),
      reading(points, "training"),
    ],
  });
}

/** The sample of a line beside its name. */
export function sample({ color = "currentColor", symbol = null, dash = null }) {
  return plot({
    width: 34,
    height: 14,
    margin: 0,
    axis: null,
    x: { domain: [0, 2] },
    y: { domain: [0, 1] },
    marks: [
      ruleY([0.5], { stroke: color, strokeWidth: 2, strokeDasharray: dash }),
      symbol && dot([1], { x: 1, y: 0.5, fill: color, symbol, r: 4.5 }),
    ],
  });
}

const bySize = (groups, words) =>
  [...new Set(groups.map(({ training }) => training))]
    .map((training) => `With ${count(training)} training images ${words(groups.filter((group) => group.training === training))}.`)
    .join(" ");

const named = (groups, number) => list(groups.map((group) => `${number(group)} ${keepName(group.keep_prob)}`));

/** What the charts show, in words, for those who read rather than see them. */
export const summaries = {
  curves: (groups) =>
    bySize(groups, (same) => `train accuracy ends at ${named(same, ({ train }) => withInterval(train))}; validation accuracy at ${named(same, ({ validation }) => withInterval(validation))}`),
  gaps: (groups) => bySize(groups, (same) => `the gap is ${named(same, ({ gap }) => withInterval(gap))}`),
  sizes: (groups) =>
    bySize(groups, (same) => `train accuracy is ${named(same, ({ train }) => accuracy(train.mean))}, validation accuracy ${named(same, ({ validation }) => accuracy(validation.mean))}`),
};
