// One hidden unit of the diagram: its picture, and the weights that come into it, which can be changed.
import { button, html, isUndo, setOff } from "./dom";
import { editRow } from "./edit_row";
import type { Side, Tensor } from "./engine/api";
import { fitCanvas } from "./fit_canvas";
import { entryName } from "./notation";
import { short } from "./numbers";
import { sentence, type Session } from "./session";
import { TensorTable } from "./tensor_table";
import { drawUnit } from "./unit_pictures";

/** Counted from 0; the first hidden layer is layer 0. */
export interface Unit {
  layer: number;
  unit: number;
}

/** A weight or bias of the engine's, by its place there. */
interface Incoming {
  tensor: Tensor;
  name: string;
  indexOf: (index: number) => number;
}

const mostTold = 6;

export const unitName = ({ layer, unit }: Unit): string => `unit ${unit} of hidden layer ${layer + 1}`;

/** Its weights, as a row, and its bias. */
function incomingOf(weights: Tensor[], { layer, unit }: Unit): Incoming[] {
  return ["w", "b"].flatMap((kind) => {
    const name = `affine${layer + 1}.${kind}`;
    const all = weights.find((tensor) => tensor.name === name);
    if (!all || unit >= all.columns) return [];
    const indexOf = (row: number): number => row * all.columns + unit;
    const values = Float64Array.from({ length: all.rows }, (_, row) => all.values[indexOf(row)] as number);
    return [{ tensor: { name: kind, rows: 1, columns: all.rows, values }, name, indexOf }];
  });
}

/** In a line. */
export function weightsInWords(weights: Tensor[], unit: Unit): string {
  const words = incomingOf(weights, unit).map(({ tensor: { name, columns, values } }) => {
    const told = Array.from(values.subarray(0, mostTold), short).join(", ");
    return `${name} = ${told}${columns > mostTold ? `, … (${columns} in all)` : ""}`;
  });
  return words.length ? `Into ${unitName(unit)}: ${words.join("; ")}` : "";
}

export class UnitPanel {
  readonly node = html("section", { class: "unit-panel", "aria-label": "The chosen unit", hidden: true });
  private readonly picture = html("canvas", { class: "unit-picture", role: "img" });
  private readonly undoButton: HTMLButtonElement;
  private readonly close: HTMLButtonElement;
  private tables: TensorTable[] = [];
  private chosen: { table: number; index: number } = { table: 0, index: 0 };
  private unit: Unit | null = null;
  private pictures: HTMLCanvasElement | undefined;

  /** `leave` is called when the panel is closed. */
  constructor(private readonly session: Session, leave: () => void) {
    this.undoButton = button("Undo the latest edit", () => void this.undo(), { class: "small undo" });
    this.close = button("×", leave, { class: "small", "aria-label": "Close the unit" });
    fitCanvas(this.picture, () => this.paint());
    this.node.addEventListener("keydown", (event) => {
      if (!isUndo(event) || (event.target as Element).matches("input")) return;
      event.preventDefault();
      void this.undo();
    });
  }

  /** None closes it. */
  show(unit: Unit | null): void {
    if (unit?.layer !== this.unit?.layer || unit?.unit !== this.unit?.unit) this.chosen = { table: 0, index: 0 };
    this.unit = unit;
    this.render();
  }

  /** Of the unit's layer. */
  setPictures(pictures: HTMLCanvasElement | undefined): void {
    this.pictures = pictures;
    this.paint();
  }

  focus(): void {
    this.tables[this.chosen.table]?.focus(this.chosen.index);
  }

  /** The weights, or which one is chosen, may be others. */
  private render(): void {
    const { unit, session } = this;
    const incoming = unit ? incomingOf(session.weights, unit) : [];
    this.node.hidden = incoming.length === 0;
    if (!unit || this.node.hidden) return;
    // After a change of the layer before, its weights may be fewer.
    const { columns = 0 } = incoming[this.chosen.table]?.tensor ?? {};
    if (this.chosen.index >= columns) this.chosen = { table: 0, index: 0 };
    const { activeElement } = document;
    const inTable = this.tables.some(({ node }) => node.contains(activeElement));
    const inRow = this.node.contains(activeElement) && !inTable ? activeElement?.className : null;
    this.tables = incoming.map(({ tensor }, table) => this.table(tensor, table));
    setOff(this.undoButton, !session.canUndo);
    this.picture.setAttribute("aria-label", `Where in the plane ${unitName(unit)} is on.`);
    const name = unitName(unit);
    this.node.replaceChildren(
      html("div", { class: "title-row" }, html("h3", {}, `${name.charAt(0).toUpperCase()}${name.slice(1)}`), this.close),
      html("div", { class: "unit-row" }, this.picture, html("div", { class: "tensors" }, ...this.tables.map(({ node }) => node))),
      html("div", { class: "unit-edit" }, this.edit(incoming), this.undoButton),
    );
    this.tables.forEach((table, at) => table.mark("selected", new Set(at === this.chosen.table ? [this.chosen.index] : [])));
    if (inTable) this.focus();
    else if (inRow) this.node.querySelector<HTMLElement>(`.${inRow.split(" ").join(".")}`)?.focus();
    this.paint();
  }

  private table(tensor: Tensor, table: number): TensorTable {
    return new TensorTable({
      id: `unit-${tensor.name}`,
      title: tensor.name,
      tensor,
      fullPrecision: false,
      before: undefined,
      editable: true,
      rowNames: [""],
      rowTitle: "the unit",
      hover: () => {},
      select: (index, edit) => {
        if (index !== this.chosen.index || table !== this.chosen.table) {
          this.chosen = { table, index };
          this.render();
        }
        if (edit) this.node.querySelector<HTMLInputElement>("input.edit")?.select();
      },
    });
  }

  private edit(incoming: Incoming[]): HTMLElement | null {
    const chosen = incoming[this.chosen.table];
    if (!chosen) return null;
    const { tensor, name, indexOf } = chosen;
    const { index } = this.chosen;
    const value = tensor.values[index] as number;
    const { session } = this;
    const side: Side = session.diagramOf;
    const nets = session.netsOfWeights;
    return editRow({
      name: entryName(tensor, index),
      value,
      set: (to) => void this.change(() => session.edit({ side, name, index: indexOf(index) }, value, to, nets)),
      say: (text) => session.onError(text),
      leave: () => this.focus(),
    });
  }

  private async undo(): Promise<void> {
    if (this.session.canUndo) await this.change(() => this.session.undo());
  }

  private async change(make: () => Promise<void>): Promise<void> {
    this.session.pause();
    try {
      await make();
    } catch (error) {
      this.session.onError(sentence(error));
      this.render();
    }
  }

  private paint(): void {
    const context = this.picture.getContext("2d");
    const { width } = this.picture;
    if (!context || !this.unit || !this.pictures || width === 0) return;
    drawUnit(context, this.pictures, this.unit.unit, width / 2, width / 2, width / 2);
  }
}
