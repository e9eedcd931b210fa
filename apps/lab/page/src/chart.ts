// A chart of scores against epochs, drawn by uPlot. It reads out its values under the pointer or
// the arrow keys.
import "./language"; // before uPlot
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Side, State } from "./engine/api";
import { html, setText } from "./dom";
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
  /** In pixels, where the type has its usual size. */
  height: number;
}

/** Colour is not all that tells the nets apart. */
const lineWidths: Record<Side, number> = { plain: 1.2, dropout: 2.4 };
const outside = { left: -10, top: -10 }; // where uPlot takes the pointer for gone

export class Chart {
  readonly node: HTMLElement;
  /** Keeps the focus where the plot in it is made anew. */
  private readonly place = html("div", { class: "chart", role: "img", tabindex: 0 });
  private readonly readout = html("p", { class: "readout", "aria-live": "polite" });
  private plot: uPlot | null = null;
  private states: Point[] = [];
  private marked: number | null = null;

  constructor(private readonly options: Options) {
    this.place.style.height = `${options.height / 16}rem`;
    this.node = html("figure", { class: "figure" }, html("figcaption", {}, options.title), this.place, this.readout);
    new ResizeObserver(() => this.build()).observe(this.place);
    this.place.addEventListener("blur", () => this.plot?.setCursor(outside));
    this.place.addEventListener("keydown", (event) => {
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
    this.plot?.setData(this.data());
  }

  /** In words, for those who do not see it; called when training pauses, not at every frame. */
  describe(): void {
    const last = this.states[this.states.length - 1];
    if (!last) return;
    this.place.setAttribute("aria-label", `${this.options.title} over ${fixed(epochs(last), 1)} epochs, now: ${this.inWords(last)}. Arrow keys read out earlier values.`);
  }

  /** Of the size and in the type that the page now has. */
  private build(): void {
    const { clientWidth: width, clientHeight: height } = this.place;
    this.plot?.destroy();
    this.plot = null;
    if (width === 0) return; // in a view that is not shown
    const text = parseFloat(getComputedStyle(this.place).fontSize);
    const axis: uPlot.Axis = { stroke: () => palette().quiet, font: `${text}px system-ui, sans-serif`, gap: 5, ticks: { show: false } };
    this.plot = new uPlot(
      {
        width,
        height,
        padding: [8, 10, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 6, width: 0, fill: (_, series) => this.colourOf(series) } },
        scales: { x: { time: false, range: () => [0, Math.max(1, ...this.states.slice(-1).map(epochs))] }, y: { range: () => this.range() } },
        axes: [
          { ...axis, size: 1.6 * text, grid: { show: false } },
          { ...axis, size: widthOfWidest, space: 2 * text, grid: { stroke: () => palette().line, width: 1 }, values: (_, splits) => splits.map(plain) },
        ],
        series: [
          {},
          ...this.options.series.map(
            ({ side, dashed, value }): uPlot.Series => ({
              stroke: () => palette()[side],
              width: lineWidths[side],
              ...(dashed && { dash: [5, 4] }),
              gaps: (plot, _series, from, to, missing) => [...missing, ...this.jumps(plot, from, to)].sort(([a], [b]) => a - b),
              // The first state of a curve, which may be its only one.
              points: { show: false, size: 2, filter: () => this.states.flatMap((state, index) => (startsCurve(state, this.states[index - 1], value) ? [index] : [])) },
            }),
          ),
        ],
        hooks: { setCursor: [({ cursor }) => this.readOut(cursor.idx ?? null)] },
      },
      this.data(),
      this.place,
    );
  }

  private data(): uPlot.AlignedData {
    const { states, options } = this;
    const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
    return [states.map(epochs), ...options.series.map(({ value }) => states.map((state) => finite(value(state))))];
  }

  private colourOf(series: number): string {
    const { side } = this.options.series[series - 1] as Series;
    return palette()[side];
  }

  /** Of the values, and at least what the options say. */
  private range(): [number, number] {
    const now = this.states[this.states.length - 1];
    let { least, most } = this.options;
    for (const { side, value } of this.options.series) {
      // What a net scored on its way into divergence would press all else flat: its curve leaves the picture.
      if (now?.[side].divergedAt !== null) continue;
      for (const reached of this.states.map(value).filter(Number.isFinite)) {
        least = Math.min(least, reached);
        most = Math.max(most, reached);
      }
    }
    return [least, most];
  }

  /** Where nothing leads from one state to the next, in pixels of the canvas. */
  private jumps(plot: uPlot, from: number, to: number): uPlot.Series.Gaps {
    const x = (index: number): number => plot.valToPos(epochs(this.states[index] as Point), "x", true);
    return this.states.flatMap(({ jump }, index): uPlot.Series.Gaps => (jump && index > from && index <= to ? [[x(index - 1), x(index)]] : []));
  }

  private mark(index: number): void {
    const state = this.states[index];
    if (state && this.plot) this.plot.setCursor({ left: this.plot.valToPos(epochs(state), "x"), top: 0 });
  }

  private readOut(index: number | null): void {
    this.marked = index;
    const state = index === null ? undefined : this.states[index];
    setText(this.readout, state ? `epoch ${fixed(epochs(state), 1)}: ${this.inWords(state)}` : "");
  }

  private inWords(state: Point): string {
    const { series, format } = this.options;
    return series.map(({ name, value }) => `${name} ${format(value(state))}`).join(", ");
  }
}

function startsCurve(state: Point, before: Point | undefined, value: Series["value"]): boolean {
  return Number.isFinite(value(state)) && (!before || state.jump || !Number.isFinite(value(before)));
}

/** Room for the widest of an axis's numbers. */
function widthOfWidest(plot: uPlot, values: string[] | null, axis: number): number {
  const [font] = plot.axes[axis]?.font as unknown as [string]; // as uPlot has it, for the canvas's pixels
  plot.ctx.font = font;
  const widths = (values ?? []).map((text) => plot.ctx.measureText(text).width / devicePixelRatio);
  return Math.max(40, ...widths.map((width) => Math.ceil(width) + 9));
}
