// A tensor as a table of numbers, shaded the more the farther they are from 0. One cell can be reached by Tab, the others by arrow keys.
import { html } from "./dom";
import type { Tensor } from "./engine/api";
import { full, largestOf, short } from "./numbers";
import { shade } from "./palette";

interface Options {
  id: string;
  title: string;
  tensor: Tensor;
  fullPrecision: boolean;
  /** Values before the latest edit: what differs is marked. */
  before: Float64Array | undefined;
  editable: boolean;
  rowNames: string[];
  rowTitle: string;
  hover: (index: number | null) => void;
  select: (index: number, again: boolean) => void;
}

const mostCells = 2600;

export class TensorTable {
  readonly node: HTMLElement;
  private readonly cells: HTMLTableCellElement[] = [];
  private focused = 0;

  constructor(readonly options: Options) {
    const { title, tensor, editable, id } = options;
    const shownRows = Math.min(tensor.rows, Math.max(4, Math.floor(mostCells / tensor.columns)));
    const shape = `${tensor.rows}×${tensor.columns}`;
    const table = html("table", { role: "grid", "aria-label": `${title}, ${shape}${editable ? ", can be edited" : ""}`, "data-table": id });
    const head = html("tr", { role: "row" }, html("td", { role: "presentation" }));
    for (let column = 0; column < tensor.columns; ++column) head.append(html("th", { scope: "col" }, String(column)));
    table.append(html("thead", {}, head));
    const body = html("tbody");
    const largest = largestOf(tensor.values);
    for (let row = 0; row < shownRows; ++row) {
      const line = html("tr", { role: "row" }, html("th", { scope: "row", title: options.rowTitle }, options.rowNames[row] ?? String(row)));
      for (let column = 0; column < tensor.columns; ++column) {
        const index = row * tensor.columns + column;
        const value = tensor.values[index] as number;
        const cell = html("td", { role: "gridcell", tabindex: index === 0 ? 0 : -1 }, options.fullPrecision ? full(value) : short(value));
        cell.style.backgroundColor = shade(value / largest);
        if (options.before && options.before.length === tensor.values.length && options.before[index] !== value) {
          cell.classList.add("changed");
          cell.title = `was ${full(options.before[index] as number)}`;
        }
        this.cells.push(cell);
        line.append(cell);
      }
      body.append(line);
    }
    table.append(body);
    this.node = html(
      "figure",
      { class: `tensor${editable ? " editable" : ""}` },
      html("figcaption", {}, html("b", {}, title), ` ${shape}`, editable ? html("span", { class: "note" }, " click to edit") : null),
      html("div", { class: "scroller" }, table),
      shownRows < tensor.rows ? html("p", { class: "note" }, `The first ${shownRows} of ${tensor.rows} rows.`) : null,
    );
    const indexOf = (event: Event): number | null => {
      const cell = (event.target as Element).closest("td[role=gridcell]");
      const index = cell ? this.cells.indexOf(cell as HTMLTableCellElement) : -1;
      return index < 0 ? null : index;
    };
    table.addEventListener("pointerover", (event) => {
      if (event.pointerType === "mouse") options.hover(indexOf(event));
    });
    table.addEventListener("pointerleave", () => options.hover(null));
    let pressed = -1; // focusing comes before the click, which must still know what was selected
    let wasSelected = false;
    table.addEventListener("pointerdown", (event) => {
      pressed = indexOf(event) ?? -1;
      wasSelected = pressed >= 0 && (this.cells[pressed] as HTMLElement).classList.contains("selected");
    });
    table.addEventListener("click", (event) => {
      const index = indexOf(event);
      if (index !== null) options.select(index, wasSelected && index === pressed);
    });
    table.addEventListener("focusin", (event) => {
      const index = indexOf(event);
      if (index === null) return;
      this.rove(index);
      options.select(index, false);
    });
    table.addEventListener("keydown", (event) => this.key(event));
  }

  /** The cell that Tab reaches. */
  get current(): number {
    return this.focused;
  }

  focus(index: number): void {
    this.rove(index);
    this.cells[index]?.focus();
  }

  mark(kind: "selected" | "term", indices: ReadonlySet<number>): void {
    this.cells.forEach((cell, index) => cell.classList.toggle(kind, indices.has(index)));
    if (kind === "selected") for (const index of indices) this.rove(index);
  }

  private rove(index: number): void {
    if (!this.cells[index]) return;
    this.cells[this.focused]?.setAttribute("tabindex", "-1");
    this.focused = index;
    this.cells[index]?.setAttribute("tabindex", "0");
  }

  private key(event: KeyboardEvent): void {
    const { columns } = this.options.tensor;
    const column = this.focused % columns;
    let next = this.focused;
    switch (event.key) {
      case "ArrowLeft":
        if (column > 0) next -= 1;
        break;
      case "ArrowRight":
        if (column < columns - 1) next += 1;
        break;
      case "ArrowUp":
        if (next >= columns) next -= columns;
        break;
      case "ArrowDown":
        if (next + columns < this.cells.length) next += columns;
        break;
      case "Home":
        next -= column;
        break;
      case "End":
        next += columns - 1 - column;
        break;
      case "Enter":
      case "F2":
        this.options.select(this.focused, true);
        break;
      default:
        return;
    }
    event.preventDefault();
    if (next !== this.focused) this.focus(next);
  }
}
