// One number of a step: how it came about, its gradient with a check, and a field to change it.
import { html } from "./dom";
import { editRow } from "./edit_row";
import { GradientCheck, variableOf, type Asked, type Variable } from "./gradient_check";
import { entryName, type Explanation } from "./notation";
import { full, short } from "./numbers";
import type { Session } from "./session";
import { tensorOf, type Step } from "./steps";
import type { Selection } from "./tensor_tables";

interface Shown {
  step: Step;
  chosen: Selection;
  /** The pointer only passes over it. */
  hovered: boolean;
  explanation: Explanation | null;
  fullPrecision: boolean;
  /** Before the latest edit. */
  before: number | undefined;
  asked: Asked;
}

export class Inspector {
  readonly node = html("section", { class: "card inspector", "aria-label": "The selected number", tabindex: 0 });
  private readonly gradient: GradientCheck;

  constructor(
    session: Session,
    private readonly say: (message: string, isProblem: boolean) => void,
    private readonly edit: (variable: Variable, before: number, value: number) => void,
    /** Back to the table, from the field. */
    private readonly leave: (chosen: Selection) => void,
  ) {
    this.gradient = new GradientCheck(session, say);
  }

  get busy(): boolean {
    return this.gradient.busy;
  }

  /** What is under way is of nets that are no more. */
  forget(): void {
    this.gradient.forget();
  }

  startEdit(): void {
    this.node.querySelector<HTMLInputElement>("input.edit")?.select();
  }

  show(shown: Shown): void {
    const { step, chosen, hovered, asked } = shown;
    const variable = variableOf(step, chosen);
    const focused = this.node.contains(document.activeElement) && !hovered ? document.activeElement?.className : null;
    const gradient = html("dl", { class: "gradient" });
    this.node.replaceChildren(...this.value(shown, variable), ...explained(shown), ...gradientTitle(step, chosen, variable), ...(variable ? [gradient] : []));
    if (focused) this.node.querySelector<HTMLElement>(`.${focused.split(" ").join(".")}`)?.focus();
    if (variable) void this.gradient.show(variable, asked, gradient);
  }

  private value({ step, chosen, before }: Shown, variable: Variable | null): HTMLElement[] {
    const tensor = tensorOf(step.operation, chosen.tensor);
    const name = entryName(tensor, chosen.index);
    const value = tensor.values[chosen.index] as number;
    const parts: HTMLElement[] = [html("h2", {}, `${step.operation.name}: ${name}`), html("p", { class: "value", "data-value": String(value) }, full(value))];
    if (before !== undefined && before !== value) parts.push(html("p", { class: "note" }, `was ${full(before)}`));
    if (variable && !chosen.tensor.startsWith("d")) parts.push(editRow({ name, value, set: (to) => this.edit(variable, value, to), say: this.say, leave: () => this.leave(chosen) }));
    return parts;
  }
}

function explained({ explanation, fullPrecision }: Shown): HTMLElement[] {
  if (!explanation) return [];
  const { names, numbers, result } = explanation;
  return [
    html("p", { class: "names" }, names),
    html("p", { class: "numbers" }, `= ${numbers}`),
    html("p", { class: "numbers" }, `= ${fullPrecision ? full(result) : short(result)}`),
  ];
}

function gradientTitle({ operation, way }: Step, { tensor, index }: Selection, variable: Variable | null): HTMLElement[] {
  if (variable) {
    const place = entryName({ ...tensorOf(operation, tensor), name: "" }, index);
    return [html("h3", {}, `∂ loss / ∂ ${variable.tensor}${place}`)];
  }
  return operation.kind === "affine" && way !== "update" ? [html("p", { class: "note" }, "Point at a weight, or select it, for its gradient and a check by differences.")] : [];
}
