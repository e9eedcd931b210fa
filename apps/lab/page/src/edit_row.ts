// A field for a number that is set by hand, with buttons beside it that change it by a tenth.
import { button, html } from "./dom";
import { full, parse } from "./numbers";

interface Options {
  /** Of the number, as the reader knows it. */
  name: string;
  value: number;
  set: (value: number) => void;
  say: (message: string, isProblem: boolean) => void;
  /** On Escape. */
  leave: () => void;
}

export function editRow({ name, value, set, say, leave }: Options): HTMLElement {
  const field = html("input", { type: "text", inputmode: "decimal", class: "edit", "aria-label": `New value of ${name}`, value: String(value), autocomplete: "off" });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    field.value = String(value);
    leave();
  });
  field.addEventListener("change", () => {
    const typed = parse(field.value);
    if (typed !== null) {
      set(typed);
      return;
    }
    say(`“${field.value.slice(0, 30)}” is not a number; ${name} is still ${full(value)}.`, true);
    field.value = String(value);
  });
  const nudge = (by: number) => (): void => set(Number((value + by).toPrecision(15)));
  return html(
    "div",
    { class: "edit-row" },
    button("\u22120.1", nudge(-0.1), { class: "small nudge-down", "aria-label": "Less by 0.1" }),
    field,
    button("+0.1", nudge(0.1), { class: "small nudge-up", "aria-label": "More by 0.1" }),
  );
}
