// Puts the page together, and keeps its settings, the nets and the address in step.
import "./style.css";
import { BackpropView } from "./backprop_view";
import { clamp, bounds } from "./configuration";
import { button, html, isUndo, setText } from "./dom";
import { createEngine } from "./engine/client";
import type { LabConfig } from "./engine/api";
import { epochs } from "./history";
import { sign } from "./icons";
import { count, fixed } from "./numbers";
import { onSchemeChange } from "./palette";
import { arrange, listenToKeys } from "./lectern";
import { keepForOffline } from "./offline";
import { fromHash, toHash, type View } from "./permalink";
import { canGoOn, settingsNow } from "./run";
import { Session, fresh, sentence, type Progress } from "./session";
import { Settings } from "./settings";
import { TourView, tourOfPage } from "./tour";
import { TrainView } from "./train_view";

const session = new Session(createEngine());
const opened = fromHash(location.hash);
const place = opened.place;
let config: LabConfig = opened.config;
let written = location.hash;

// ---- what is said

const message = html("p", { class: "message", role: "status" });
const messageBox = html("div", { class: "message-box", hidden: true }, message, button("×", () => closeMessage(), { "aria-label": "Close the message", class: "small" }));

function closeMessage(): void {
  messageBox.hidden = true;
  playButton.focus(); // the button pressed is gone: the focus would be nowhere
}

function say(text: string, isProblem: boolean): void {
  messageBox.hidden = text === "";
  messageBox.classList.toggle("is-problem", isProblem);
  message.setAttribute("role", isProblem ? "alert" : "status");
  setText(message, text);
}

// ---- the address

/** Weights that a link asked for or brought stay in the address until the nets move on. */
let kept: { saved: Float64Array; version: number } | null = null;

function link(): string {
  const saved = kept?.version === session.version ? kept.saved : null;
  const { start, changes } = session.run ?? { start: config, changes: [] };
  return toHash({ config: start, changes, place, step: session.state?.step ?? 0, saved, edited: session.edited });
}

let addressTimer: ReturnType<typeof setTimeout> | undefined;
/** Not at every step: browsers refuse an address that changes too often. */
function writeAddress(): void {
  addressTimer ??= setTimeout(() => {
    addressTimer = undefined;
    // Nets that are still being made are not yet where the address says: apply() writes it when they are.
    if (!session.state || making > 0) return;
    // A link was put into the address and its event has yet to come: it must not be written over.
    if (location.hash !== written) return;
    const hash = link();
    if (hash === location.hash) return;
    written = hash;
    history.replaceState(null, "", hash);
  }, 400);
}

async function copyLink(withWeights: boolean): Promise<void> {
  try {
    if (session.replaying !== null) session.stop(); // the link is to where it stands
    await latest; // a link to nets that are only half made would lose what they are to be
    kept = null;
    if (withWeights) {
      session.pause();
      const saved = await session.save();
      kept = { saved, version: session.version };
    }
    const hash = link();
    written = hash;
    history.replaceState(null, "", hash);
    const address = location.href;
    const told = withWeights ? `The link with weights, ${count(address.length)} characters, is in the address bar` : "The link is in the address bar";
    const lost = !withWeights && session.edited ? " It does not carry the values edited by hand; a link with weights does." : "";
    try {
      await navigator.clipboard.writeText(address);
      say(`${told} and copied.${lost}`, false);
    } catch {
      say(`${told}; this browser does not let the page copy it.${lost}`, false);
    }
  } catch (error) {
    say(sentence(error), true);
  }
}

/** Of numbers set by hand; in a field the browser undoes what was typed. */
addEventListener("keydown", (event) => {
  if (!isUndo(event) || place.view !== "backprop" || (event.target as Element).matches("input[type=text]")) return;
  event.preventDefault();
  void backprop.undo();
});

addEventListener("hashchange", () => {
  if (location.hash === written) return;
  const { place: there, ...rest } = fromHash(location.hash, place);
  written = location.hash;
  session.stop();
  Object.assign(place, there);
  config = rest.config;
  void start(rest, rest.problems);
});

// ---- changes

function change(edit: (config: LabConfig) => void): void {
  const next = structuredClone(config);
  edit(next);
  if (JSON.stringify(next) === JSON.stringify(config)) return;
  const goesOn = making === 0 && session.underWay && canGoOn(config, next);
  config = next;
  view.show(config);
  if (goesOn) latest = goOn();
  else void apply(fresh);
}

/** The learning rate and the keep_probs may change while the nets train: they go on from where they are. */
async function goOn(): Promise<void> {
  if (!(await session.change(structuredClone(config)))) showSettings();
  writeAddress();
}

/** Those that the nets have now. */
function showSettings(): void {
  if (session.run) config = structuredClone(settingsNow(session.run));
  view.show(config);
}

/** How many nets are being made or wait for it, and the end of the latest. */
let making = 0;
let latest: Promise<void> = Promise.resolve();

function apply(progress: Progress): Promise<void> {
  making += 1;
  latest = make(progress).finally(() => {
    making -= 1;
    writeAddress();
  });
  return latest;
}

async function make(progress: Progress): Promise<void> {
  const wanted = structuredClone(config);
  const outcome = await session.reset(wanted, progress);
  if (outcome === "superseded") return;
  // One that is asked for since has settings of its own.
  if (making === 1) showSettings();
  if (outcome === "done" && progress.saved) kept = { saved: progress.saved, version: session.version };
}

async function start(progress: Progress, problems: string[]): Promise<void> {
  if ("problem" in inPage) say(`The guided tour is left out: ${inPage.problem}.`, true);
  if (problems.length) say(`Not all of the link could be followed: ${problems.join("; ")}. The usual values stand in.`, true);
  showArrangement();
  session.speed = place.speed;
  speed.value = String(speeds.indexOf(nearestSpeed(place.speed)));
  showSpeed();
  showView();
  tour?.show(place.stop);
  view.show(config);
  await apply(progress);
}

// ---- the tour

const inPage = tourOfPage();
const tour = "tour" in inPage ? new TourView(inPage.tour, () => {
  place.stop = null;
  tour?.show(null);
  writeAddress();
}) : null;

// ---- training

const playOrPause = (): void => (session.playing || session.replaying !== null ? session.stop() : play());
const playButton = button("", playOrPause, { class: "primary play" });
const stepButton = button("", () => rest(() => session.advance(() => 1)), { "aria-label": "One step", title: "One step of both nets" });
const epochButton = button(
  "",
  () => rest(() => session.advance((state) => (state ? state.stepsPerEpoch - (state.step % state.stepsPerEpoch) : 1))),
  { "aria-label": "One epoch", title: "To the end of the epoch" },
);
const resetButton = button("", () => {
  session.stop();
  void apply(fresh);
}, { "aria-label": "Reset", title: "Back to the first weights" });
stepButton.append(sign("step"), html("span", { class: "word" }, "Step"));
epochButton.append(sign("epoch"), html("span", { class: "word" }, "Epoch"));
resetButton.append(sign("reset"), html("span", { class: "word" }, "Reset"));

const speeds = [1, 2, 5, 10, 20, 50, 100];
const nearestSpeed = (wanted: number): number => speeds.reduce((best, one) => (Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best));
const speed = html("input", { type: "range", min: 0, max: speeds.length - 1, step: 1, "aria-label": "Steps a frame" });
const speedText = html("span", { class: "speed-text" });
function showSpeed(): void {
  speed.setAttribute("aria-valuetext", `${session.speed} steps a frame`);
  setText(speedText, `${session.speed} ${session.speed === 1 ? "step" : "steps"} a frame`);
}
speed.addEventListener("input", () => {
  session.speed = place.speed = clamp(speeds[Number(speed.value)] ?? 1, bounds.speed);
  showSpeed();
  writeAddress();
});
const progress = html("p", { class: "progress" });

function play(): void {
  say("", false);
  session.play();
}

function rest(then: () => Promise<void>): void {
  session.pause();
  void then();
}

session.onPlaying = () => {
  const working = session.playing || session.replaying !== null;
  const name = working ? "Pause" : "Play";
  playButton.replaceChildren(sign(working ? "pause" : "play"), html("span", { class: "word" }, name));
  playButton.setAttribute("aria-label", name);
};
session.onPlaying();

// ---- the two views

const settings = new Settings({
  change,
  say,
  points: () => ({
    x: [...session.train.x, ...session.validation.x].map((value) => Number(value.toFixed(3))),
    labels: [...session.train.labels, ...session.validation.labels],
  }),
});
const view = new TrainView(session, settings, (hidden) => change((next) => (next.hidden = hidden)));
const backprop = new BackpropView(session, place, writeAddress, say);

const tabs: { view: View; tab: HTMLButtonElement }[] = (["train", "backprop"] as const).map((name) => ({
  view: name,
  tab: button(name === "train" ? "Train" : "Backprop", () => choose(name), { role: "tab", id: `${name}-tab`, "aria-controls": `${name}-view` }),
}));
const tabList = html("div", { role: "tablist", "aria-label": "Views", class: "tabs" }, ...tabs.map(({ tab }) => tab));
tabList.addEventListener("keydown", (event) => {
  if (event.altKey || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
  choose(place.view === "train" ? "backprop" : "train");
  tabs.find((one) => one.view === place.view)?.tab.focus();
});

function choose(chosen: View): void {
  place.view = chosen;
  showView();
  writeAddress();
  dirty = true;
}

function showView(): void {
  for (const { view: name, tab } of tabs) {
    tab.setAttribute("aria-selected", String(name === place.view));
    tab.tabIndex = name === place.view ? 0 : -1;
  }
  view.node.hidden = place.view !== "train";
  backprop.node.hidden = place.view !== "backprop";
  void backprop.refresh();
}

// ---- at the lectern

const largeButton = button("Large type", () => {
  place.large = !place.large;
  showArrangement();
  writeAddress();
}, { title: "For a projector" });

function showArrangement(): void {
  arrange(place);
  largeButton.setAttribute("aria-pressed", String(place.large));
}

listenToKeys({
  playOrPause,
  move(by) {
    if (tour && place.stop !== null) {
      const address = tour.addressAfter(by);
      if (address !== null) location.hash = address;
      return address !== null;
    }
    return place.view === "backprop" && backprop.move(by);
  },
});

// ---- drawing

let dirty = false;
let described = -1;

session.onChange = () => {
  dirty = true;
};
session.onReset = () => {
  view.reset();
  backprop.forget();
};
session.onError = (text) => say(text, true);

function frame(): void {
  session.tick();
  if (dirty) {
    dirty = false;
    draw();
  }
  tell();
  requestAnimationFrame(frame);
}

/** The first nets are made. */
let started = false;

/**
 * Where the page stands, for programs that use it: `ready` once the first nets are made and drawn, `settled` while
 * nothing is under way and all that was done is on the screen and in the address.
 */
function tell(): void {
  const { dataset } = document.documentElement;
  if (started && dataset["ready"] !== "true" && !dirty && !backprop.tracing) {
    performance.mark("ready");
    dataset["ready"] = "true";
    if (import.meta.env.MODE === "production") keepForOffline();
  }
  const working = session.playing || session.busy || making > 0 || dirty || addressTimer !== undefined || view.busy || backprop.busy || settings.reading > 0;
  const settled = String(!working);
  if (dataset["settled"] !== settled) dataset["settled"] = settled;
}

function draw(): void {
  const { state } = session;
  if (!state) return;
  if (place.view === "train") view.draw();
  else void backprop.refresh();
  const goal = session.replaying === null ? "" : ` of ${count(session.replaying)}, taken again as the link says`;
  setText(progress, `epoch ${fixed(epochs(state), 1)} · step ${count(state.step)}${goal}${session.edited ? " · edited" : ""}`);
  progress.dataset["step"] = String(state.step);
  if (!session.playing && described !== state.step) {
    described = state.step;
    view.describe();
  }
  writeAddress();
}

onSchemeChange(() => {
  view.restyle();
  backprop.restyle();
});

document.querySelector("#page")?.replaceChildren(
  html(
    "header",
    {},
    html("div", { class: "brand" }, html("h1", {}, "Thinnet lab"), html("p", {}, "Two nets, the same seed, weights and batches: one without dropout, one with.")),
    tabList,
    html("div", { class: "links" }, largeButton, button("Copy link", () => void copyLink(false)), button("Copy link with weights", () => void copyLink(true))),
  ),
  html(
    "main",
    {},
    tour?.node ?? null,
    html(
      "div",
      { class: "toolbar", role: "group", "aria-label": "Training" },
      playButton, stepButton, epochButton, resetButton,
      html("label", { class: "speed" }, speed, speedText),
      progress,
    ),
    messageBox,
    view.node,
    backprop.node,
  ),
  html(
    "footer",
    {},
    // The one file that opens from a disk has no page beside it.
    import.meta.env.MODE === "single" ? null : html("p", {}, "Is it luck? ", html("a", { href: "dropout_study.html" }, "A study over many seeds"), " answers with intervals. The derivations are in the handout, coursework/handout.md."),
    html("p", {}, "Everything is computed here by Thinnet’s own C++, compiled to WebAssembly, in double precision."),
  ),
);
requestAnimationFrame(frame);
void start(opened, opened.problems).then(() => {
  started = true;
});
