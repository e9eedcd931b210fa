// The net in the Backprop view: what one example has brought to every unit by now, and which units its mask strikes out.
import { html, setText } from "./dom";
import type { Tensor, Trace } from "./engine/api";
import { fitCanvas } from "./fit_canvas";
import { paintNetwork } from "./network_picture";
import { largestOf } from "./numbers";
import { shapeNames } from "./palette";
import { masksOf, type Session } from "./session";
import type { Step, Way } from "./steps";

const height = 250;

/** An operation of a trace, and the row of the example that is followed. */
interface Passing {
  trace: Trace;
  step: Step;
  row: number;
}

export class PassPicture {
  readonly node: HTMLElement;
  private readonly canvas = html("canvas", { class: "network", role: "img" });
  private readonly note = html("p", { class: "note" });
  private passing: Passing | null = null;

  constructor(private readonly session: Session) {
    this.canvas.style.height = `${height}px`;
    fitCanvas(this.canvas, () => this.paint());
    this.node = html("div", { class: "picture-box" }, this.canvas, this.note);
  }

  show(passing: Passing): void {
    this.passing = passing;
    this.paint();
  }

  /** The nets may be others. */
  forget(): void {
    this.passing = null;
  }

  private paint(): void {
    if (!this.passing) return;
    const { trace, step, row } = this.passing;
    const { operations } = trace;
    const affine = operations.filter(({ kind }) => kind === "affine");
    const widths = [2, ...affine.map(({ forward }) => (forward.outputs[0] as Tensor).columns)];
    const columns = columnsOf(trace);
    const masks = masksOf(trace).map((mask, layer) => mask && rowOf(mask, widths[layer + 1] as number, row));
    paintNetwork(this.canvas, {
      widths,
      weights: affine.map(({ name, forward }) => ({ ...(forward.inputs.find((tensor) => tensor.name === "w") as Tensor), name: `${name}.w` })),
      masks,
      height,
      values: arrived(this.passing, columns, widths.length),
      active: { column: columns[step.place] as number, lines: step.operation.kind === "affine" },
    });
    this.describe(this.passing, masks);
  }

  private describe({ trace, step, row }: Passing, masks: (Float64Array | null)[]): void {
    const dropped = masks.flatMap((mask, layer) => {
      const units = mask ? Array.from(mask.keys()).filter((unit) => mask[unit] === 0) : [];
      return units.length ? [`${units.join(", ")} of hidden layer ${layer + 1}`] : [];
    });
    const example = trace.examples[row] as number;
    const label = trace.labels[row] as number;
    const struck = dropped.length ? `Struck out by the mask of step ${this.session.state?.step}: units ${dropped.join("; ")}.` : "No unit is dropped.";
    setText(this.note, `Example ${example}, class ${this.session.names[label]} (${shapeNames[label]}). ${struck}`);
    this.canvas.setAttribute("aria-label", `The net while ${doing[step.way](step.operation.name)}. The darker a unit, the larger its ${step.way === "forward" ? "value" : "gradient"}; a minus marks those below zero. ${struck}`);
  }
}

const rowOf = (values: Float64Array, columns: number, row: number): Float64Array => values.subarray(row * columns, (row + 1) * columns);

const doing: Record<Way, (name: string) => string> = {
  forward: (name) => `${name} goes forward`,
  backward: (name) => `${name} goes backward`,
  update: (name) => `${name} is updated`,
};

/** For every operation the column of units that it writes. */
function columnsOf({ operations }: Trace): number[] {
  let column = 0;
  return operations.map(({ kind }) => (kind === "affine" ? ++column : column));
}

/** What has arrived at every column of units by now, by its largest: values on the way forward, gradients on the way back. */
function arrived({ trace: { operations }, step, row }: Passing, columns: number[], count: number): (number[] | null)[] {
  const values: (number[] | null)[] = Array.from({ length: count }, () => null);
  const put = (at: number, tensor: Tensor | undefined): void => {
    if (!tensor) return;
    const own = Array.from(rowOf(tensor.values, tensor.columns, row));
    const most = largestOf(own);
    values[at] = own.map((value) => value / most);
  };
  put(0, operations[0]?.forward.inputs[0]);
  operations.forEach(({ forward, kind }, place) => {
    if (step.way === "forward" && place > step.place) return;
    put(columns[place] as number, kind === "loss" ? forward.cache[0] : forward.outputs[0]);
  });
  const reached = { forward: operations.length, backward: step.place, update: 0 }[step.way];
  for (let place = operations.length - 1; place >= reached; --place) {
    const { kind, backward } = operations[place] as (typeof operations)[0];
    put((columns[place] as number) - (kind === "affine" ? 1 : 0), backward.outputs[0]);
  }
  return values;
}
