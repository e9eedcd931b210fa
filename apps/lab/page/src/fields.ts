// A number with its slider: drag it roughly, or type it exactly.
import { clamp, within, type Bounds } from "./configuration";
import { freshId, html, setText } from "./dom";
import { parse } from "./numbers";

interface Options {
  label: string;
  hint?: string;
  bounds: Bounds;
  /** Where the slider stops, from left to right. */
  stops: number[];
  change: (value: number) => void;
}

export class NumberField {
  readonly node: HTMLElement;
  private readonly text = html("input", { type: "text", inputmode: "decimal", id: freshId("number"), autocomplete: "off", spellcheck: "false" });
  private readonly slider = html("input", { type: "range", min: 0, step: 1 });
  private readonly problem = html("p", { class: "problem", id: freshId("problem") });
  private value = Number.NaN;

  constructor(private readonly options: Options) {
    const { label, hint, stops } = options;
    this.slider.max = String(stops.length - 1);
    this.slider.setAttribute("aria-label", label);
    this.node = html(
      "div",
      { class: "field" },
      html("label", { for: this.text.id, title: hint }, label),
      this.text,
      this.slider,
      this.problem,
    );
    this.text.addEventListener("change", () => this.typed());
    this.slider.addEventListener("input", () => this.take(stops[Number(this.slider.value)] as number));
  }

  show(value: number): void {
    if (value === this.value) return;
    this.value = value;
    this.text.value = String(value);
    const { stops } = this.options;
    let nearest = 0;
    stops.forEach((stop, index) => {
      if (Math.abs(stop - value) < Math.abs((stops[nearest] as number) - value)) nearest = index;
    });
    this.slider.value = String(nearest);
    this.slider.setAttribute("aria-valuetext", String(value));
    this.complain("");
  }

  private typed(): void {
    const value = parse(this.text.value);
    const { bounds } = this.options;
    if (value === null || !within(value, bounds)) {
      this.complain(`${bounds.whole ? "A whole number" : "A number"} from ${bounds.least} to ${bounds.most}, please; still ${this.value}.`);
      return;
    }
    this.take(value);
  }

  private take(value: number): void {
    const held = clamp(value, this.options.bounds);
    this.show(held);
    this.options.change(held);
  }

  private complain(message: string): void {
    setText(this.problem, message);
    this.text.toggleAttribute("aria-invalid", message !== "");
    if (message) {
      this.text.setAttribute("aria-invalid", "true");
      this.text.setAttribute("aria-describedby", this.problem.id);
      this.problem.setAttribute("role", "alert");
    } else this.text.removeAttribute("aria-describedby");
  }
}

/** Evenly spaced stops from `from` to `to`. */
export const even = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) => Number((from + index * step).toPrecision(12)));

interface Choice<T extends string> {
  value: T;
  label: string;
  picture?: Element;
}

/** One of several, as a row of radio buttons. */
export class ChoiceField<T extends string> {
  readonly node: HTMLFieldSetElement;
  private readonly inputs: HTMLInputElement[];

  constructor(legend: string, choices: Choice<T>[], change: (value: T) => void, className = "choices") {
    const name = freshId("choice");
    this.inputs = choices.map(({ value }) => html("input", { type: "radio", name, value, change: () => change(value) }));
    this.node = html(
      "fieldset",
      { class: className },
      html("legend", {}, legend),
      ...choices.map(({ label, picture }, index) =>
        html("label", {}, this.inputs[index] as HTMLInputElement, html("span", { class: "face" }, picture ?? null, html("span", {}, label))),
      ),
    );
  }

  show(value: T): void {
    for (const input of this.inputs) input.checked = input.value === value;
  }
}
