// Is it luck? Both nets trained with 20 seeds, in a worker of their own, and what the differences allow to say.
import { button, freshId, html, setText, svg } from "./dom";
import { createEngine, endEngine } from "./engine/client";
import type { Conclusion, LabConfig, State } from "./engine/api";
import { count, fixed, plain, share } from "./numbers";
import { partsOf, type Run } from "./run";
import { sentence, stepsOfOneRequest, type Session } from "./session";

export const seedsOfTrial = 20;
/** Where the page's own nets have taken no step yet. */
const usualSteps = 400;

/** What one seed's nets scored. */
interface Pair {
  seed: number;
  plain: { gap: number; validation: number };
  dropout: { gap: number; validation: number };
}

type Quantity = "gap" | "validation";
const quantities: { quantity: Quantity; title: string; difference: string }[] = [
  { quantity: "gap", title: "Gap", difference: "Gap with dropout less that without" },
  { quantity: "validation", title: "Validation accuracy", difference: "Validation accuracy with dropout less that without" },
];

interface Trial {
  pairs: Pair[];
  gap: Conclusion;
  validation: Conclusion;
}

const scoresOf = ({ trainAccuracy, validationAccuracy }: State["plain"]): Pair["plain"] => ({ gap: trainAccuracy - validationAccuracy, validation: validationAccuracy });

/** Trains the nets of every seed; null when `goOn` says no. The engine is ended by the time it is over. */
async function trialOf(run: Run, steps: number, goOn: () => boolean, done: (seeds: number) => void): Promise<Trial | null> {
  const engine = createEngine();
  const atOnce = stepsOfOneRequest(run.start);
  try {
    const pairs: Pair[] = [];
    for (let seed = 0; seed < seedsOfTrial; ++seed) {
      let { state } = await engine.reset({ ...run.start, seed });
      for (const { until, then } of partsOf(run, steps)) {
        while (state.step < until) {
          if (!goOn()) return null;
          state = await engine.train(Math.min(atOnce, until - state.step));
          const diverged = state.plain.divergedAt ?? state.dropout.divergedAt;
          if (diverged !== null) throw new Error(`with seed ${seed} a net diverged at step ${count(diverged)}: lower the learning rate`);
        }
        if (then) await engine.change({ ...then, seed });
      }
      pairs.push({ seed, plain: scoresOf(state.plain), dropout: scoresOf(state.dropout) });
      done(pairs.length);
    }
    const changes = (quantity: Quantity): number[] => pairs.map(({ plain, dropout }) => dropout[quantity] - plain[quantity]);
    return { pairs, ...(await engine.conclude(changes("gap"), changes("validation"))) };
  } finally {
    endEngine(engine);
  }
}

export class SeedsPanel {
  readonly node: HTMLElement;
  /** A trial is under way. */
  running = false;
  private readonly press = button("", () => (this.running ? this.cancel() : void this.run()));
  private readonly bar = html("progress", { max: seedsOfTrial, value: 0, "aria-label": "Seeds trained" });
  private readonly plan = html("p", { class: "note" });
  private readonly status = html("p", { class: "note", role: "status" });
  private readonly result = html("div", { class: "trial" });
  private config: LabConfig | null = null;
  /** What the figures on show are of. */
  private described = "";
  private trial: Trial | null = null;
  private steps = usualSteps;
  private wanted = 0;

  /** The session has the page's own nets. */
  constructor(private readonly session: Session) {
    const id = freshId("seeds");
    this.node = html(
      "section",
      { class: "card seeds", "aria-labelledby": id },
      html("h2", { id }, "Is it luck?"),
      html("div", { class: "trial-row" }, this.press, this.bar, this.plan),
      this.status,
      this.result,
    );
    new ResizeObserver(() => this.draw()).observe(this.result);
    this.tell();
  }

  /** Figures of other settings than those on show would mislead; the seed is no matter. */
  show(config: LabConfig): void {
    this.config = structuredClone(config);
    if (this.describe() === this.described) return;
    this.described = this.describe();
    this.wanted += 1;
    this.trial = null;
    this.running = false;
    setText(this.status, "");
    this.tell();
    this.draw();
  }

  /** The page's own nets have moved on, perhaps. */
  tell(): void {
    const steps = this.running ? this.steps : this.stepsNow || usualSteps;
    const changed = this.session.run?.changes.length ? ", with what was changed on the way" : "";
    setText(this.plan, `Both nets with the seeds 0 to ${seedsOfTrial - 1}, ${count(steps)} ${steps === 1 ? "step" : "steps"} each${changed}`);
    this.bar.hidden = !this.running;
    setText(this.press, this.running ? "Cancel" : `Train ${seedsOfTrial} seeds`);
  }

  private get stepsNow(): number {
    return this.session.state?.step ?? 0;
  }

  private describe(): string {
    return JSON.stringify([{ ...this.config, seed: 0 }, this.session.run?.changes]);
  }

  private cancel(): void {
    this.wanted += 1;
    this.running = false;
    this.tell();
    this.status.classList.remove("visually-hidden");
    setText(this.status, `Cancelled: an interval takes all ${seedsOfTrial} seeds.`);
  }

  private async run(): Promise<void> {
    const { run } = this.session;
    if (!run) return;
    this.described = this.describe();
    const mine = ++this.wanted;
    const goOn = (): boolean => mine === this.wanted;
    this.running = true;
    this.trial = null;
    this.steps = this.stepsNow || usualSteps;
    this.draw();
    this.bar.value = 0;
    setText(this.status, "");
    this.tell();
    let problem = "";
    try {
      const trial = await trialOf(run, this.steps, goOn, (seeds) => {
        if (goOn()) this.bar.value = seeds;
      });
      if (!goOn()) return;
      this.trial = trial;
    } catch (error) {
      if (!goOn()) return;
      problem = sentence(error);
    }
    this.running = false;
    this.tell();
    // The pictures say the same to those who see them.
    this.status.classList.toggle("visually-hidden", !problem);
    setText(this.status, problem || `Seeds 0 to ${seedsOfTrial - 1}, ${count(this.steps)} steps each: ${this.words()}.`);
    this.draw();
  }

  private words(): string {
    return this.trial ? `${this.trial.gap.words}; ${this.trial.validation.words}` : "";
  }

  private draw(): void {
    const { trial } = this;
    if (!trial) {
      this.result.replaceChildren();
      return;
    }
    const width = Math.max(240, this.result.clientWidth);
    // A table that was opened stays so when the window's width changes.
    const open = this.result.querySelector("details")?.open ?? false;
    this.result.replaceChildren(
      ...quantities.map((one) => strip(trial, one, width)),
      html("p", { class: "note" }, "Upper dots are nets without dropout, lower ones with; a line pairs those of a seed, which have the same points, weights and batches. Below, every dot is the difference of one pair; the bar is the interval of their mean, 95 % for both intervals together (Student’s t, by Bonferroni’s rule). Only where it leaves out 0 is an effect shown."),
      html("details", { open }, html("summary", {}, "Every seed’s figures"), tableOf(trial)),
    );
  }
}

const side = 12; // of the strip, left and right of its axis
const round = (value: number): number => Math.round(value * 10) / 10;

/** Both nets' values of all seeds on one axis, and their differences and interval on another below. */
function strip(trial: Trial, { quantity, title, difference }: (typeof quantities)[0], width: number): HTMLElement {
  const { mean, half } = trial[quantity];
  const values = trial.pairs.map((pair) => ({ plain: pair.plain[quantity], dropout: pair.dropout[quantity], difference: pair.dropout[quantity] - pair.plain[quantity] }));
  const ends = half === null ? [mean] : [mean - half, mean + half];
  const upper = scaleOver(values.flatMap((value) => [value.plain, value.dropout]), width);
  const lower = scaleOver([...values.map((value) => value.difference), ...ends, 0], width);
  const rows = { plain: 14, dropout: 52, axis: 66, differences: 118, interval: 136, lowerAxis: 150 };
  const dot = (x: number, y: number, of: string): SVGElement => svg("circle", { cx: round(x), cy: y, r: of === "dropout" ? 4.5 : 3.5, class: `dot ${of}` });
  const text = (x: number, y: number, words: string, anchor = "middle"): SVGElement => {
    const node = svg("text", { x: round(x), y, "text-anchor": anchor });
    node.textContent = words;
    return node;
  };
  const axis = (scale: Scale, y: number): SVGElement[] => [
    svg("path", { d: `M${side} ${y}H${width - side}`, class: "axis" }),
    ...scale.marks.flatMap((mark) => [svg("path", { d: `M${round(scale.at(mark))} ${y}v4`, class: "axis" }), text(scale.at(mark), y + 15, plain(mark))]),
  ];
  const words = trial[quantity].words;
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${width} 170`, width, height: 170, role: "img", class: "strip", "aria-label": `${title} of ${values.length} seeds without and with dropout, and the differences: ${words}.` },
    ...values.map((value) => svg("path", { d: `M${round(upper.at(value.plain))} ${rows.plain}L${round(upper.at(value.dropout))} ${rows.dropout}`, class: "pair" })),
    ...values.map((value) => dot(upper.at(value.plain), rows.plain, "plain")),
    ...values.map((value) => dot(upper.at(value.dropout), rows.dropout, "dropout")),
    ...axis(upper, rows.axis),
    text(side, rows.differences - 14, difference, "start"),
    svg("path", { d: `M${round(lower.at(0))} ${rows.differences - 8}V${rows.lowerAxis}`, class: "zero" }),
    ...values.map((value) => dot(lower.at(value.difference), rows.differences, "difference")),
    ...(half === null || half === 0 ? [] : [svg("path", { d: `M${round(lower.at(mean - half))} ${rows.interval}H${round(lower.at(mean + half))}`, class: "interval" })]),
    svg("path", { d: `M${round(lower.at(mean))} ${rows.interval - 6}v12`, class: "interval-mean" }),
    ...axis(lower, rows.lowerAxis),
  );
  return html("figure", { class: "figure" }, html("figcaption", {}, `${words.charAt(0).toUpperCase()}${words.slice(1)}`), picture);
}

interface Scale {
  at: (value: number) => number;
  marks: number[];
}

function scaleOver(values: number[], width: number): Scale {
  const least = Math.min(...values);
  const most = Math.max(...values);
  const apart = most - least || 0.02;
  const rough = apart / Math.max(2, width / 90);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const from = least - 0.04 * apart;
  const to = most + 0.04 * apart;
  const first = Math.ceil(from / step);
  return {
    at: (value) => 2 * side + ((value - from) / (to - from)) * (width - 4 * side),
    marks: Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, index) => Number(((first + index) * step).toPrecision(10))),
  };
}

function tableOf({ pairs }: Trial): HTMLElement {
  const cell = (value: number): HTMLElement => html("td", {}, share(value));
  const signed = (value: number): HTMLElement => html("td", {}, `${value > 0 ? "+" : ""}${fixed(value, 3)}`);
  const heads = ["seed", "gap without", "gap with", "differ\u00adence", "vali\u00addation without", "vali\u00addation with", "differ\u00adence"];
  return html(
    "table",
    { class: "scores seeds-table" },
    html("thead", {}, html("tr", {}, ...heads.map((head) => html("th", { scope: "col" }, head)))),
    html("tbody", {}, ...pairs.map(({ seed, plain, dropout }) =>
      html("tr", { "data-seed": seed },
        html("th", { scope: "row" }, String(seed)),
        cell(plain.gap), cell(dropout.gap), signed(dropout.gap - plain.gap),
        cell(plain.validation), cell(dropout.validation), signed(dropout.validation - plain.validation)),
    )),
  );
}
