// The tensors of a step as tables: what comes in, what is kept, what goes on.
import { html } from "./dom";
import type { Operation } from "./engine/api";
import { variableOf } from "./gradient_check";
import { hasTensor, isOfExamples, nameOf, tensorOf, type Step } from "./steps";
import { TensorTable } from "./tensor_table";

export interface Selection {
  /** A tensor of the step, by its name. */
  tensor: string;
  index: number;
}

interface Shown {
  step: Step;
  side: string;
  /** The numbers of the rows' examples. */
  examples: number[];
  fullPrecision: boolean;
  /** The operation before the latest edit, to mark what it changed. */
  before: Operation | undefined;
}

interface Group {
  title: string;
  names: string[];
  note?: string;
}

const names = (tensors: { name: string }[]): string[] => tensors.map(({ name }) => name);

function groupsOf({ operation, way }: Step): Group[] {
  const { forward, backward, update } = operation;
  const kept = names(forward.cache);
  if (way === "backward") {
    return [
      { title: "Comes in", names: names(backward.inputs).concat(operation.kind === "affine" ? ["w"] : []) },
      { title: "Was kept", names: kept },
      { title: "Goes back", names: names(backward.outputs) },
    ];
  }
  if (way === "update") {
    return [
      { title: "Comes in", names: ["w", "dw", "b", "db"] },
      { title: "The optimizer remembers", names: names(update.inputs) },
      { title: "Goes on", names: names(update.outputs) },
    ];
  }
  const copied = kept.filter((name) => names(forward.inputs).includes(name));
  const handedOn = kept.filter((name) => names(forward.outputs).includes(name));
  const notes = [copied.length ? `A copy of ${copied.join(" and ")}.` : "", handedOn.length ? `What goes on: ${handedOn.join(" and ")}.` : ""];
  return [
    { title: "Comes in", names: names(forward.inputs) },
    {
      title: "Is kept for the way back",
      names: kept.filter((name) => !copied.includes(name) && !handedOn.includes(name)),
      note: kept.length ? notes.join(" ").trim() : "Nothing.",
    },
    { title: "Goes on", names: names(forward.outputs) },
  ];
}

export class TensorTables {
  readonly node = html("div", { class: "tensors" });
  private tables = new Map<string, TensorTable>();
  /** Which tables stand there. */
  private shown = "";

  constructor(
    private readonly hover: (hovered: Selection | null) => void,
    private readonly select: (selected: Selection, edit: boolean) => void,
  ) {}

  show(shown: Shown): void {
    const { step, side } = shown;
    const key = `${side} ${nameOf(step)}`;
    const same = this.shown === key;
    const focused = same ? this.focused() : null;
    const scrolled = same ? [...this.node.querySelectorAll(".scroller")].map(({ scrollLeft, scrollTop }) => ({ scrollLeft, scrollTop })) : [];
    this.shown = key;
    this.tables.clear();
    this.node.classList.toggle("side-by-side", step.way === "update");
    const groups = groupsOf(step).filter((group) => group.names.length > 0 || group.note);
    this.node.replaceChildren(...groups.map((group) => this.group(group, shown)));
    this.node.querySelectorAll(".scroller").forEach((scroller, index) => Object.assign(scroller, scrolled[index]));
    if (focused) this.focus(focused);
  }

  has({ tensor }: Selection): boolean {
    return this.tables.has(tensor);
  }

  focus({ tensor, index }: Selection): void {
    this.tables.get(tensor)?.focus(index);
  }

  /** What the entry was before the latest edit. */
  before({ tensor, index }: Selection): number | undefined {
    return this.tables.get(tensor)?.options.before?.[index];
  }

  /** Marks the selected entry, and the terms of the one that is explained. */
  mark(selected: Selection | null, terms: ReadonlyMap<string, ReadonlySet<number>> | undefined): void {
    for (const [name, table] of this.tables) {
      table.mark("selected", new Set(selected?.tensor === name ? [selected.index] : []));
      table.mark("term", terms?.get(name) ?? new Set());
    }
  }

  private group({ title, names, note }: Group, shown: Shown): HTMLElement {
    const tables = names.map((name) => this.table(name, shown));
    return html("section", { class: "tensor-group" }, html("h3", {}, title), note ? html("p", { class: "note" }, note) : null, ...tables);
  }

  private table(name: string, { step, examples, fullPrecision, before }: Shown): HTMLElement {
    const ofExamples = isOfExamples(step, name);
    const table = new TensorTable({
      id: name,
      title: name,
      tensor: tensorOf(step.operation, name),
      fullPrecision,
      before: before && hasTensor(before, name) ? tensorOf(before, name).values : undefined,
      editable: variableOf(step, { tensor: name, index: 0 }) !== null && !name.startsWith("d"),
      rowNames: ofExamples ? examples.map((example) => `#${example}`) : [],
      rowTitle: ofExamples ? "training example" : "row",
      hover: (index) => this.hover(index === null ? null : { tensor: name, index }),
      select: (index, edit) => this.select({ tensor: name, index }, edit),
    });
    this.tables.set(name, table);
    return table.node;
  }

  private focused(): Selection | null {
    for (const [tensor, table] of this.tables) if (table.node.contains(document.activeElement)) return { tensor, index: table.current };
    return null;
  }
}
