// The fields of the Backprop view that say what goes through which net, and how.
import { button, html } from "./dom";
import type { Side } from "./engine/api";
import { ChoiceField } from "./fields";
import { parse } from "./numbers";
import type { Followed, Mode, Place } from "./permalink";
import type { Session } from "./session";

/** What is chosen: side, mode and what is followed. */
type Chosen = Partial<Pick<Place, "side" | "mode" | "followed">>;

export class FollowedPicks {
  readonly node: HTMLElement;
  private readonly side: ChoiceField<Side>;
  private readonly mode: ChoiceField<Mode>;
  private readonly kind: ChoiceField<Followed["kind"]>;
  private readonly number = html("input", { type: "text", inputmode: "numeric", class: "units", "aria-label": "Number of the training example", autocomplete: "off" });
  private readonly numberRow: HTMLElement;

  /** `firstExample` is the first of those that are followed now. */
  constructor(
    private readonly session: Session,
    private readonly place: Place,
    private readonly change: (chosen: Chosen) => void,
    private readonly say: (message: string, isProblem: boolean) => void,
    firstExample: () => number,
  ) {
    this.side = new ChoiceField<Side>("Net", [{ value: "plain", label: "Without dropout" }, { value: "dropout", label: "With dropout" }], (side) => change({ side }));
    this.mode = new ChoiceField<Mode>("Mode", [{ value: "train", label: "Train" }, { value: "test", label: "Test" }], (mode) => change({ mode }));
    this.kind = new ChoiceField<Followed["kind"]>(
      "Follow",
      [{ value: "example", label: "One example" }, { value: "batch", label: "The next batch" }],
      (kind) => change({ followed: kind === "batch" ? { kind } : { kind, example: firstExample() } }),
    );
    this.number.addEventListener("change", () => this.typed());
    this.numberRow = html(
      "span",
      { class: "stepper example-row" },
      html("span", {}, "Example"),
      button("\u2212", () => this.follow(this.example - 1), { "aria-label": "Previous example", class: "small" }),
      this.number,
      button("+", () => this.follow(this.example + 1), { "aria-label": "Next example", class: "small" }),
    );
    this.node = html("div", { class: "picks" }, this.side.node, this.mode.node, this.kind.node, this.numberRow);
  }

  /** One training example; after the last comes the first. */
  follow(example: number): void {
    const total = this.session.train.labels.length;
    this.change({ followed: { kind: "example", example: (example + total) % total } });
  }

  show(): void {
    const { side, mode, followed } = this.place;
    this.side.show(side);
    this.mode.show(mode);
    this.kind.show(followed.kind);
    this.numberRow.hidden = followed.kind !== "example";
    if (followed.kind === "example") this.number.value = String(followed.example);
  }

  private get example(): number {
    return this.place.followed.kind === "example" ? this.place.followed.example : 0;
  }

  private typed(): void {
    const total = this.session.train.labels.length;
    const typed = parse(this.number.value);
    if (typed !== null && Number.isInteger(typed) && typed >= 0 && typed < total) {
      this.follow(typed);
      return;
    }
    this.number.value = String(this.example);
    this.say(`Training examples have the numbers 0 to ${total - 1}.`, true);
  }
}
