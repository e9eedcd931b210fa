// A chart of scores against epochs, which also reads out its values under the pointer or the arrow keys.
import type { Side, State } from "./engine/api";
import { html, setText } from "./dom";
import { fitCanvas } from "./fit_canvas";
import { epochs, type Point } from "./history";
import { fixed, plain } from "./numbers";
import { palette } from "./palette";

export interface Series {
  name: string;
  side: Side;
  dashed: boolean;
  value: (state: State) => number;
}

interface Options {
  title: string;
  series: Series[];
  format: (value: number) => string;
  /** Of the axis, where the values do not reach further. */
  least: number;
  most: number;
  height: number;
}

const bottom = 20;
const top = 8;
const right = 10;
const mostVertices = 400;
/** Colour is not all that tells the nets apart. */
const lineWidths: Record<Side, number> = { plain: 1.2, dropout: 2.4 };

export class Chart {
  readonly canvas = html("canvas", { class: "chart", role: "img", tabindex: 0 });
  readonly readout = html("p", { class: "readout", "aria-live": "polite" });
  readonly node: HTMLElement;
  private states: Point[] = [];
  /** Of the axis: room for the widest of its numbers. */
  private left = 40;
  private marked: number | null = null;

  constructor(private readonly options: Options) {
    this.canvas.style.height = `${options.height}px`;
    this.node = html("figure", { class: "figure" }, html("figcaption", {}, options.title), this.canvas, this.readout);
    fitCanvas(this.canvas, () => this.paint());
    this.canvas.addEventListener("pointermove", (event) => this.markAt(event.offsetX));
    this.canvas.addEventListener("pointerleave", () => this.mark(null));
    this.canvas.addEventListener("blur", () => this.mark(null));
    this.canvas.addEventListener("keydown", (event) => {
      const last = this.states.length - 1;
      const moves: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };
      const move = moves[event.key];
      if (move === undefined || last < 0) return;
      event.preventDefault();
      this.mark(Math.min(last, Math.max(0, (this.marked ?? last) + move)));
    });
  }

  draw(states: Point[]): void {
    this.states = states;
    this.paint();
  }

  /** In words, for those who do not see it; called when training pauses, not at every frame. */
  describe(): void {
    const last = this.states[this.states.length - 1];
    if (!last) return;
    const values = this.options.series.map(({ name, value }) => `${name} ${this.options.format(value(last))}`).join(", ");
    this.canvas.setAttribute("aria-label", `${this.options.title} over ${fixed(epochs(last), 1)} epochs, now: ${values}. Arrow keys read out earlier values.`);
  }

  private mark(index: number | null): void {
    this.marked = index;
    this.paint();
  }

  private markAt(offset: number): void {
    const lastEpoch = epochsUpTo(this.states);
    const width = this.canvas.clientWidth - this.left - right;
    const epoch = ((offset - this.left) / width) * lastEpoch;
    let nearest = 0;
    this.states.forEach((state, index) => {
      if (Math.abs(epochs(state) - epoch) < Math.abs(epochs(this.states[nearest] as Point) - epoch)) nearest = index;
    });
    this.mark(this.states.length ? nearest : null);
  }

  private paint(): void {
    const context = this.canvas.getContext("2d");
    const { states } = this;
    const { series, format } = this.options;
    const now = states[states.length - 1];
    if (!context || this.canvas.width === 0) return;
    const colours = palette();
    const scale = devicePixelRatio;
    const width = this.canvas.width / scale;
    const height = this.canvas.height / scale;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);

    let { least, most } = this.options;
    const stride = Math.max(1, Math.ceil(states.length / mostVertices));
    const shown = states.filter(({ jump }, index) => jump || index % stride === 0 || index === states.length - 1);
    for (const state of shown)
      for (const { side, value } of series) {
        const reached = value(state);
        // What a net scored on its way into divergence would press all else flat: its curve leaves the picture.
        if (!Number.isFinite(reached) || now?.[side].divergedAt !== null) continue;
        least = Math.min(least, reached);
        most = Math.max(most, reached);
      }
    const lastEpoch = Math.max(1, epochsUpTo(states));
    const marks = ticks(least, most, 4);
    context.font = "11px system-ui, sans-serif";
    const left = (this.left = Math.max(40, ...marks.map((tick) => Math.ceil(context.measureText(plain(tick)).width) + 9)));
    const x = (epoch: number): number => left + (epoch / lastEpoch) * (width - left - right);
    const y = (value: number): number => top + ((most - value) / (most - least)) * (height - top - bottom);

    context.fillStyle = colours.quiet;
    context.strokeStyle = colours.line;
    context.lineWidth = 1;
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const tick of marks) {
      const at = Math.round(y(tick)) + 0.5;
      line(context, left, at, width - right, at);
      context.fillText(plain(tick), left - 5, at);
    }
    context.textBaseline = "alphabetic";
    context.textAlign = "center";
    for (const tick of ticks(0, lastEpoch, Math.max(2, Math.floor(width / 90)))) context.fillText(`${tick}`, x(tick), height - 5);

    context.save();
    context.beginPath();
    context.rect(left, 0, width - left, height - bottom + 2);
    context.clip();
    for (const { side, dashed, value } of series) {
      context.strokeStyle = context.fillStyle = colours[side];
      context.lineWidth = lineWidths[side];
      context.setLineDash(dashed ? [5, 4] : []);
      context.beginPath();
      let before: Point | null = null; // on the same curve
      for (const state of shown) {
        const reached = value(state);
        if (!Number.isFinite(reached)) {
          before = null;
          continue;
        }
        const alone = before === null || state.jump;
        const [at, height] = [x(epochs(state)), y(reached)];
        if (alone) context.moveTo(at, height);
        else context.lineTo(at, height);
        if (alone) context.fillRect(at - 1, height - 1, 2, 2); // a curve of one state is a point
        before = state;
      }
      context.stroke();
    }
    context.restore();
    const state = this.marked === null ? undefined : states[this.marked];
    if (state) {
      context.strokeStyle = colours.text;
      context.lineWidth = 1;
      line(context, x(epochs(state)), top, x(epochs(state)), height - bottom);
      for (const { side, value } of series) {
        if (!Number.isFinite(value(state))) continue;
        context.fillStyle = colours[side];
        context.beginPath();
        context.arc(x(epochs(state)), y(value(state)), 3, 0, 2 * Math.PI);
        context.fill();
      }
    }
    setText(this.readout, state ? `epoch ${fixed(epochs(state), 1)}: ${series.map(({ name, value }) => `${name} ${format(value(state))}`).join(", ")}` : "");
  }
}

function epochsUpTo(states: Point[]): number {
  const last = states[states.length - 1];
  return last ? epochs(last) : 0;
}

function line(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

/** About so many round numbers between the two. */
function ticks(from: number, to: number, wanted: number): number[] {
  const rough = (to - from) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}
