// Everything that was set, and where training stands, in the part of the address after "#".
import { bounds, dataKinds, firstConfiguration, optimizerKinds, panels, within, type Bounds, type Panel } from "./configuration";
import { longestName } from "./csv";
import type { HiddenLayer, LabConfig, OwnPoints, Side } from "./engine/api";
import { count, parse } from "./numbers";
import type { Change } from "./run";
import { stepNames } from "./steps";

/**
 * Of links. Those of the first version have none, and count the operation; points were split otherwise then. Where settings were
 * changed on the way it is the third, which an older page says it does not know.
 */
const version = 3;

export type View = "train" | "backprop";
export type Mode = "train" | "test";
/** What the Backprop view follows: one training example, or the batch that the next step takes. */
export type Followed = { kind: "example"; example: number } | { kind: "batch" };

/** How the page is shown. A link that says nothing of it leaves it as it is: so do the tour's. */
export interface Shown {
  /** For a projector. */
  large: boolean;
  hidden: Panel[];
}

export interface Place extends Shown {
  view: View;
  /** Steps a frame while playing. */
  speed: number;
  side: Side;
  mode: Mode;
  followed: Followed;
  /** Which operation of the trace is shown: "relu2 backward". Where the net has none of that name, the nearest one. */
  at: string;
  fullPrecision: boolean;
  /** The stop of the guided tour, from 1 on; null off the tour. */
  stop: number | null;
}

export interface Permalink {
  /** What the nets were made with. */
  config: LabConfig;
  /** What was changed since, in the order of its steps; none beyond `step`. */
  changes: Change[];
  place: Place;
  /** Training steps from the seed's weights; the page takes them again when no weights are given. */
  step: number;
  /** What engine.save() gave: exact weights, optimizer moments and edited inputs. */
  saved: Float64Array | null;
  /** A value was changed by hand: the seed and the step do not tell the weights. */
  edited: boolean;
}

const usuallyShown: Shown = { large: false, hidden: [] };

const firstPlace = (shown: Shown): Place => ({
  view: "train",
  speed: 2,
  side: "dropout",
  mode: "train",
  followed: { kind: "example", example: 0 },
  at: "affine1 forward",
  fullPrecision: false,
  stop: null,
  large: shown.large,
  hidden: [...shown.hidden],
});

const layerText = ({ width, keepProb }: HiddenLayer): string => (keepProb === 1 ? String(width) : `${width}*${keepProb}`);

export function toHash({ config, changes, place, step, saved, edited }: Permalink): string {
  const { data, optimizer } = config;
  const fields: [string, string | number][] = [
    ["v", changes.length > 0 ? version : 2],
    ["view", place.view],
    ["data", data.kind],
    ["points", data.count],
    ["noise", data.noise],
    ["validation", data.validationShare],
  ];
  if (data.kind === "blobs" || data.kind === "own") fields.push(["classes", data.classes]);
  if (data.kind === "own" && data.own) {
    fields.push(["own", ownText(data.own)]);
    if (data.own.names) fields.push(["names", data.own.names.map(encoded).join(",")]);
  }
  fields.push(
    ["hidden", config.hidden.map(layerText).join("-") || "none"],
    ["optimizer", optimizer.kind],
    ["rate", optimizer.learningRate],
    ["momentum", optimizer.momentum],
    ["decay", optimizer.weightDecay],
    ["batch", config.batchSize],
    ["seed", config.seed],
    ["speed", place.speed],
    ["side", place.side],
    ["mode", place.mode],
    ["follow", place.followed.kind === "batch" ? "batch" : place.followed.example],
    ["at", place.at.replace(" ", "-")],
  );
  if (place.fullPrecision) fields.push(["digits", "all"]);
  if (place.stop !== null) fields.push(["tour", place.stop]);
  if (changes.length > 0) fields.push(["then", changes.map(changeText).join(";")]);
  if (place.large) fields.push(["type", "large"]);
  if (place.hidden.length) fields.push(["hide", place.hidden.join(",")]);
  fields.push(["step", step]);
  if (saved && edited) fields.push(["edited", "yes"]);
  if (saved) fields.push(["weights", encodeNumbers(saved)]);
  return `#${fields.map(([name, value]) => `${name}=${value}`).join("&")}`;
}

/** Half a pair of surrogates, which a cut can leave, has no code. */
const encoded = (text: string): string => encodeURIComponent(text.replace(/[\uD800-\uDFFF]/gu, "\uFFFD"));

/** A mail programme may have written "*" as %2A. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What cannot be read keeps its first value and is told in `problems`. */
export function fromHash(hash: string, shown = usuallyShown): Permalink & { problems: string[] } {
  const config = firstConfiguration();
  const place = firstPlace(shown);
  const problems: string[] = [];
  const fields = new Map(
    hash
      .replace(/^#/, "")
      .split("&")
      .filter((part) => part.includes("="))
      .map((part) => [decoded(part.slice(0, part.indexOf("="))), part.slice(part.indexOf("=") + 1)] as const),
  );
  /** A field as it was before it was put into an address. */
  const field = (name: string): string | undefined => {
    const written = fields.get(name);
    return written === undefined ? undefined : decoded(written);
  };
  const wrong = (name: string, text: string, expected: string): void => {
    problems.push(`${name} is “${text.slice(0, 40)}” instead of ${expected}`);
  };
  const number = (name: string, limits: Bounds, write: (value: number) => void): void => {
    const text = field(name);
    if (text === undefined) return;
    const value = parse(text);
    if (value === null || !within(value, limits)) wrong(name, text, `${limits.whole ? "a whole number" : "a number"} from ${limits.least} to ${limits.most}`);
    else write(value);
  };
  const choice = <T extends string>(name: string, choices: readonly T[], write: (value: T) => void): void => {
    const text = field(name);
    if (text === undefined) return;
    const found = choices.find((one) => one === text);
    if (found === undefined) wrong(name, text, choices.join(", "));
    else write(found);
  };

  const made = parse(field("v") ?? "1") ?? Number.NaN;
  if (!(made <= version)) problems.push(`the link is of version ${(field("v") ?? "").slice(0, 10)} and this page knows up to ${version}: load it anew, or ask for a newer one`);

  const own = field("own");
  if (own !== undefined) {
    const points = ownFrom(own);
    const names = fields.get("names")?.split(",").slice(0, bounds.classes.most).map((name) => decoded(name).slice(0, longestName));
    if (points) config.data.own = names ? { ...points, names } : points;
    else wrong("own", own, "points as x,y,class");
  }
  choice("data", dataKinds.map(({ kind }) => kind), (kind) => {
    if (kind !== "own" || config.data.own) config.data.kind = kind;
    else wrong("data", "own", "a data set: the link has no points of its own");
  });
  number("points", bounds.count, (value) => (config.data.count = value));
  number("noise", bounds.noise, (value) => (config.data.noise = value));
  number("validation", bounds.validationShare, (value) => (config.data.validationShare = value));
  number("classes", bounds.classes, (value) => (config.data.classes = value));
  if (config.data.own) config.data.classes = Math.max(config.data.classes, ...config.data.own.labels.map((label) => label + 1));

  const hidden = field("hidden");
  if (hidden !== undefined) {
    const layers = layersFrom(hidden);
    if (layers) config.hidden = layers;
    else wrong("hidden", hidden, "up to 5 widths like 16*0.8-16");
  }
  choice("optimizer", optimizerKinds.map(({ kind }) => kind), (kind) => (config.optimizer.kind = kind));
  number("rate", bounds.learningRate, (value) => (config.optimizer.learningRate = value));
  number("momentum", bounds.momentum, (value) => (config.optimizer.momentum = value));
  number("decay", bounds.weightDecay, (value) => (config.optimizer.weightDecay = value));
  number("batch", bounds.batchSize, (value) => (config.batchSize = value));
  number("seed", bounds.seed, (value) => (config.seed = value));

  choice("view", ["train", "backprop"] as const, (view) => (place.view = view));
  number("speed", bounds.speed, (value) => (place.speed = value));
  choice("side", ["plain", "dropout"] as const, (side) => (place.side = side));
  choice("mode", ["train", "test"] as const, (mode) => (place.mode = mode));
  if (field("follow") === "batch") place.followed = { kind: "batch" };
  else number("follow", { least: 0, most: bounds.count.most, whole: true }, (example) => (place.followed = { kind: "example", example }));
  const at = field("at");
  if (at !== undefined) {
    const names = stepNames(config.hidden.length, place.side);
    const named = /^(affine|relu|dropout|loss)\d*-(forward|backward|update)$/.test(at) ? at.replace("-", " ") : null;
    const counted = /^\d{1,3}$/.test(at) ? (names[Number(at)] ?? names[names.length - 1]) : null; // as the first version had it
    const found = named ?? counted;
    if (found) place.at = found;
    else wrong("at", at, "an operation like relu1-forward");
  }
  place.fullPrecision = field("digits") === "all";
  number("tour", bounds.tour, (stop) => (place.stop = stop));
  choice("type", ["usual", "large"] as const, (type) => (place.large = type === "large"));
  const hide = field("hide");
  if (hide !== undefined) {
    const named = hide === "none" ? [] : hide.split(",");
    place.hidden = panels.filter((panel) => named.includes(panel));
    if (!named.every((name) => panels.some((panel) => panel === name))) wrong("hide", hide, `none or some of ${panels.join(",")}`);
  }

  let step = 0;
  number("step", bounds.step, (value) => (step = value));
  const weights = field("weights");
  let saved = weights === undefined ? null : decodeNumbers(weights);
  if (weights !== undefined && !saved) problems.push("the weights are cut off or damaged");
  if (saved && made < 2) {
    problems.push("the weights are of an earlier lab, which split the points otherwise");
    saved = null;
    step = 0;
  }
  if (!saved && step > bounds.replay.most) {
    problems.push(`step is ${count(step)}, and without weights a page takes ${count(bounds.replay.most)} again and no more`);
    step = bounds.replay.most;
  }
  let changes: Change[] = [];
  const then = field("then");
  if (then !== undefined) {
    const read = changesFrom(then, config.hidden.length);
    if (read) changes = read.filter((change) => change.step <= step);
    else wrong("then", then, "steps with a learning rate and keep_probs, like 200,0.001,0.5-0.8");
  }
  return { config, changes, place, step, saved, edited: saved !== null && field("edited") === "yes", problems };
}

function layersFrom(text: string): HiddenLayer[] | null {
  if (text === "none") return [];
  const parts = text.split("-");
  if (parts.length > bounds.layers.most) return null;
  const layers: HiddenLayer[] = [];
  for (const part of parts) {
    const [width, keepProb = 1, ...rest] = part.split("*").map((field) => parse(field) ?? Number.NaN);
    if (rest.length > 0 || width === undefined || !within(width, bounds.width) || !within(keepProb, bounds.keepProb)) return null;
    layers.push({ width, keepProb });
  }
  return layers;
}

const changeText = ({ step, learningRate, keepProbs }: Change): string => `${step},${learningRate},${keepProbs.join("-") || "none"}`;

function changesFrom(text: string, layers: number): Change[] | null {
  const changes: Change[] = [];
  for (const part of text.split(";")) {
    const [step, learningRate, keeps, ...rest] = part.split(",");
    const change = {
      step: parse(step ?? "") ?? Number.NaN,
      learningRate: parse(learningRate ?? "") ?? Number.NaN,
      keepProbs: keeps === "none" ? [] : (keeps ?? "").split("-").map((keep) => parse(keep) ?? Number.NaN),
    };
    const later = change.step > (changes[changes.length - 1]?.step ?? -1);
    if (rest.length > 0 || !later || !within(change.step, bounds.step) || !within(change.learningRate, bounds.learningRate)) return null;
    if (change.keepProbs.length !== layers || !change.keepProbs.every((keep) => within(keep, bounds.keepProb))) return null;
    changes.push(change);
  }
  return changes;
}

const ownText = ({ x, labels }: OwnPoints): string =>
  labels.map((label, index) => `${x[2 * index]},${x[2 * index + 1]},${label}`).join(";");

function ownFrom(text: string): OwnPoints | null {
  const x: number[] = [];
  const labels: number[] = [];
  for (const part of text.split(";")) {
    const [first, second, label, ...rest] = part.split(",").map((field) => parse(field) ?? Number.NaN);
    if (first === undefined || second === undefined || label === undefined || rest.length > 0) return null;
    if (!Number.isFinite(first) || !Number.isFinite(second) || !within(label, { least: 0, most: bounds.classes.most - 1, whole: true })) return null;
    x.push(first, second);
    labels.push(label);
  }
  return labels.length >= 2 && labels.length <= bounds.count.most ? { x, labels } : null;
}

// Little-endian doubles in base64url with a checksum before them: a link that a mail programme cut off is found out.
function encodeNumbers(values: Float64Array): string {
  const bytes = new Uint8Array(4 + values.length * 8);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setFloat64(4 + 8 * index, value, true));
  view.setUint32(0, checksum(bytes.subarray(4)), true);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function decodeNumbers(text: string): Float64Array | null {
  let decoded: string;
  try {
    decoded = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return null;
  }
  const bytes = Uint8Array.from(decoded, (character) => character.charCodeAt(0));
  if (bytes.length < 12 || (bytes.length - 4) % 8 !== 0) return null;
  const view = new DataView(bytes.buffer);
  if (view.getUint32(0, true) !== checksum(bytes.subarray(4))) return null;
  return Float64Array.from({ length: (bytes.length - 4) / 8 }, (_, index) => view.getFloat64(4 + 8 * index, true));
}

/** FNV-1a. */
function checksum(bytes: Uint8Array): number {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193);
  return sum >>> 0;
}
