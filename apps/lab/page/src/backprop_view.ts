// One example or batch on its way through a net, forward and then backward, one operation at a time.
import { button, freshId, html, setOff, setText } from "./dom";
import type { Operation, Side, Trace } from "./engine/api";
import { equationsOf, entryName, explain, nameOf, placeOf, purposeOf, stepsOf, tensorOf, type Part, type Step } from "./equations";
import { ChoiceField } from "./fields";
import { FollowedPlane } from "./followed_plane";
import { GradientCheck, type Asked, type Variable } from "./gradient_check";
import { full, parse, short } from "./numbers";
import { PassPicture } from "./pass_picture";
import type { Mode, Place } from "./permalink";
import { sentence, type Session } from "./session";
import { TensorTable } from "./tensor_table";

interface Selection {
  /** A tensor of the step, by its name. */
  tensor: string;
  index: number;
}

/** A trace with the steps through it. */
interface Shown extends Asked {
  steps: Step[];
}

export class BackpropView {
  readonly node: HTMLElement;
  private readonly sideField: ChoiceField<Side>;
  private readonly modeField: ChoiceField<Mode>;
  private readonly followField: ChoiceField<"example" | "batch">;
  private readonly exampleText = html("input", { type: "text", inputmode: "numeric", class: "units", "aria-label": "Number of the training example", autocomplete: "off" });
  private readonly exampleRow: HTMLElement;
  private readonly precision = html("input", { type: "checkbox", id: freshId("precision") });
  private readonly plane: FollowedPlane;
  private readonly picture: PassPicture;
  private readonly lossText = html("p", { class: "loss-now" });
  private readonly track = html("div", { class: "track", role: "group", "aria-label": "Operations" });
  private readonly title = html("h2", { tabindex: -1 });
  private readonly purpose = html("p", { class: "purpose" });
  private readonly equations = html("div", { class: "equations" });
  private readonly tensors = html("div", { class: "tensors" });
  private readonly inspector = html("section", { class: "card inspector", "aria-label": "The selected number", tabindex: 0 });
  private readonly previous: HTMLButtonElement;
  private readonly next: HTMLButtonElement;
  private readonly gradient: GradientCheck;
  private readonly undoButton = button("Undo the latest edit", () => void this.undo(), { class: "small undo" });

  private shown: Shown | null = null;
  /** Of the shown steps. */
  private at = 0;
  /** Of the trace before the latest edit, to mark what it changed. */
  private before: { trace: Trace; loss: number } | null = null;
  private tables = new Map<string, TensorTable>();
  private selection: Selection | null = null;
  private hovered: Selection | null = null;
  /** Which tables stand there. */
  private tabled = "";
  /** A trace is asked for and not yet shown. */
  tracing = false;
  private again = false;
  private edits = 0;

  constructor(
    private readonly session: Session,
    private readonly place: Place,
    private readonly placeChanged: () => void,
    private readonly say: (message: string, isProblem: boolean) => void,
  ) {
    const changed = (change: () => void) => (): void => {
      change();
      this.before = null;
      this.hovered = null;
      this.placeChanged();
      void this.refresh();
    };
    this.sideField = new ChoiceField<Side>(
      "Net",
      [{ value: "plain", label: "Without dropout" }, { value: "dropout", label: "With dropout" }],
      (side) => changed(() => {
        place.side = side;
        this.selection = null;
      })(),
    );
    this.modeField = new ChoiceField<Mode>("Mode", [{ value: "train", label: "Train" }, { value: "test", label: "Test" }], (mode) => changed(() => (place.mode = mode))());
    this.followField = new ChoiceField<"example" | "batch">(
      "Follow",
      [{ value: "example", label: "One example" }, { value: "batch", label: "The next batch" }],
      (kind) => changed(() => {
        place.followed = kind === "batch" ? { kind } : { kind, example: this.shown?.trace.examples[0] ?? 0 };
        this.selection = null;
      })(),
    );
    const choose = (example: number): void => {
      const total = session.train.labels.length;
      changed(() => (place.followed = { kind: "example", example: (example + total) % total }))();
    };
    const example = (): number => (place.followed.kind === "example" ? place.followed.example : 0);
    this.exampleText.addEventListener("change", () => {
      const typed = parse(this.exampleText.value);
      if (typed !== null && Number.isInteger(typed) && typed >= 0 && typed < session.train.labels.length) choose(typed);
      else {
        this.exampleText.value = String(example());
        this.say(`Training examples have the numbers 0 to ${session.train.labels.length - 1}.`, true);
      }
    });
    this.exampleRow = html(
      "span",
      { class: "stepper example-row" },
      html("span", {}, "Example"),
      button("\u2212", () => choose(example() - 1), { "aria-label": "Previous example", class: "small" }),
      this.exampleText,
      button("+", () => choose(example() + 1), { "aria-label": "Next example", class: "small" }),
    );
    this.precision.addEventListener("change", () => {
      place.fullPrecision = this.precision.checked;
      this.placeChanged();
      this.render();
    });
    this.plane = new FollowedPlane(session, choose);
    this.picture = new PassPicture(session);
    this.gradient = new GradientCheck(session, say);
    this.previous = button("‹ Back", () => this.go(this.at - 1), { class: "previous" });
    this.next = button("Next ›", () => this.go(this.at + 1), { class: "primary next" });
    // In the order of time: to the right on the way forward, and on to the left of the row beneath.
    this.track.addEventListener("keydown", (event) => {
      if (event.altKey || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
      event.preventDefault();
      this.go(this.at + (event.key === "ArrowRight" ? 1 : -1));
    });

    this.node = html(
      "div",
      { class: "backprop", role: "tabpanel", id: "backprop-view", "aria-labelledby": "backprop-tab" },
      html(
        "section",
        { class: "card backprop-net", "aria-label": "What goes through which net" },
        html("div", { class: "picks" }, this.sideField.node, this.modeField.node, this.followField.node, this.exampleRow),
        this.plane.node,
        this.picture.node,
      ),
      html(
        "div",
        { class: "operation-and-number" },
        html(
          "section",
          { class: "card operation", "aria-label": "The operation" },
          this.track,
          html("div", { class: "title-row" }, this.title, this.lossText, html("span", { class: "moves" }, this.previous, this.next)),
          this.equations,
          this.purpose,
          html("div", { class: "check-row" }, this.precision, html("label", { for: this.precision.id }, "Every digit"), this.undoButton),
          this.tensors,
        ),
        this.inspector,
      ),
    );
  }

  /** Follows training, an edit or a reset: asks for a new trace, but for one at a time. */
  async refresh(): Promise<void> {
    if (this.node.hidden || !this.session.state) return;
    if (this.tracing) {
      this.again = true;
      return;
    }
    this.tracing = true;
    try {
      do {
        this.again = false;
        const { side, mode, followed } = this.place;
        const trace = await this.session.trace(side, followed, mode);
        if (side !== this.place.side || mode !== this.place.mode || followed !== this.place.followed) {
          this.again = true; // something else was chosen meanwhile
          continue;
        }
        // Of fewer training points than there were there may be no such example.
        if (followed.kind === "example") followed.example = trace.examples[0] ?? 0;
        this.shown = { trace, side, mode, steps: stepsOf(trace) };
        this.render();
      } while (this.again);
    } catch (error) {
      this.say(sentence(error), true);
    } finally {
      this.tracing = false;
    }
  }

  /** New data or nets: nothing is left to compare with, nor to ask about. */
  forget(): void {
    this.shown = null;
    this.gradient.forget();
    this.plane.forget();
    this.picture.forget();
    this.before = null;
    this.selection = null;
    this.hovered = null;
  }

  restyle(): void {
    this.plane.restyle();
    this.render();
  }

  get busy(): boolean {
    return this.tracing || this.gradient.busy;
  }

  private get step(): Step | undefined {
    return this.shown?.steps[this.at];
  }

  /** To the next operation or the one before; whether there is one. */
  move(by: 1 | -1): boolean {
    const before = this.at;
    this.go(this.at + by);
    return this.at !== before;
  }

  private go(at: number): void {
    const step = this.shown?.steps[at];
    if (!step) return;
    this.place.at = nameOf(step);
    this.selection = null;
    this.hovered = null;
    this.placeChanged();
    this.render();
  }

  private render(): void {
    const { place, shown } = this;
    this.sideField.show(place.side);
    this.modeField.show(place.mode);
    this.followField.show(place.followed.kind);
    this.precision.checked = place.fullPrecision;
    this.exampleRow.hidden = place.followed.kind !== "example";
    if (place.followed.kind === "example") this.exampleText.value = String(place.followed.example);
    setOff(this.undoButton, !this.session.canUndo);
    if (!shown) return;
    this.at = placeOf(shown.steps, place.at);
    const { trace } = shown;
    const step = shown.steps[this.at] as Step;
    this.chooseSelection(step);
    this.plane.show(shown.side, trace.examples);
    this.picture.show({ trace, step, row: this.row });
    this.renderTrack();
    setText(this.title, nameOf(step));
    const change = this.before && this.before.loss !== trace.loss ? `${short(this.before.loss)} → ` : "";
    setText(this.lossText, `loss ${change}${place.fullPrecision ? full(trace.loss) : short(trace.loss)}`);
    this.lossText.dataset["value"] = String(trace.loss);
    setText(this.purpose, purposeOf(step));
    this.equations.replaceChildren(...equationsOf(step).map((parts) => html("p", { class: "equation", role: "math", "aria-label": spoken(parts) }, ...parts.map(partNode))));
    this.renderTensors(step);
    this.renderInspector();
  }

  private renderTrack(): void {
    const { steps, trace } = this.shown ?? { steps: [], trace: { operations: [] } };
    const chip = (step: Step, at: number): HTMLElement => {
      const { operation, backward, place } = step;
      const made = button(operation.name, () => this.go(at), {
        class: `chip ${operation.kind}${at < this.at ? " done" : ""}`,
        "aria-label": nameOf(step),
        "aria-current": at === this.at ? "step" : undefined,
      });
      made.style.gridArea = `${backward ? 2 : 1} / ${place + 2}`;
      return made;
    };
    const way = (text: string, row: number): HTMLElement => {
      const made = html("span", { class: "way" }, text);
      made.style.gridArea = `${row} / 1`;
      return made;
    };
    const focused = this.track.contains(document.activeElement);
    this.track.style.setProperty("--operations", String(trace.operations.length));
    this.track.replaceChildren(way("forward →", 1), ...steps.map(chip), way("← backward", 2));
    const current = this.track.querySelector<HTMLElement>("[aria-current]");
    if (current) {
      if (focused) current.focus({ preventScroll: true });
      const middle = current.offsetLeft + current.offsetWidth / 2 - this.track.clientWidth / 2;
      this.track.scrollLeft = Math.max(0, middle);
    }
    setOff(this.previous, this.at === 0);
    setOff(this.next, this.at >= steps.length - 1);
  }

  private renderTensors(step: Step): void {
    const { operation, backward } = step;
    const key = `${this.shown?.side} ${nameOf(step)}`;
    const focus = this.tabled === key ? this.focusedCell() : null;
    const scroll = this.tabled === key ? [...this.tensors.querySelectorAll(".scroller")].map(({ scrollLeft, scrollTop }) => [scrollLeft, scrollTop]) : [];
    this.tabled = key;
    this.tables.clear();
    const section = (title: string, names: string[], note = ""): HTMLElement | null => {
      if (names.length === 0 && !note) return null;
      return html(
        "section",
        { class: "tensor-group" },
        html("h3", {}, title),
        note ? html("p", { class: "note" }, note) : null,
        ...names.map((name) => {
          const table = this.makeTable(step, name);
          this.tables.set(name, table);
          return table.node;
        }),
      );
    };
    const names = (tensors: { name: string }[]): string[] => tensors.map(({ name }) => name);
    const { forward, backward: back } = operation;
    const kept = names(forward.cache);
    const copied = kept.filter((name) => names(forward.inputs).includes(name));
    const handedOn = kept.filter((name) => names(forward.outputs).includes(name));
    const notes = [
      copied.length ? `A copy of ${copied.join(" and ")}.` : "",
      handedOn.length ? `What goes on: ${handedOn.join(" and ")}.` : "",
    ];
    const keptNote = kept.length ? notes.filter((note) => note).join(" ") : "Nothing.";
    const groups = backward
      ? [
          section("Comes in", names(back.inputs).concat(operation.kind === "affine" ? ["w"] : [])),
          section("Was kept", names(forward.cache)),
          section("Goes back", names(back.outputs)),
        ]
      : [
          section("Comes in", names(forward.inputs)),
          section("Is kept for the way back", kept.filter((name) => !copied.includes(name) && !handedOn.includes(name)), keptNote),
          section("Goes on", names(forward.outputs)),
        ];
    this.tensors.replaceChildren(...groups.filter((group) => group !== null));
    this.tensors.querySelectorAll(".scroller").forEach((scroller, index) => {
      const [left, top] = scroll[index] ?? [0, 0];
      scroller.scrollLeft = left as number;
      scroller.scrollTop = top as number;
    });
    if (focus) this.tables.get(focus.tensor)?.focus(focus.index);
  }

  private focusedCell(): Selection | null {
    const cell = document.activeElement?.closest("td[role=gridcell]");
    const table = cell?.closest<HTMLElement>("table[data-table]");
    return cell && table && this.selection && this.tensors.contains(cell) ? this.selection : null;
  }

  private makeTable(step: Step, name: string): TensorTable {
    const { operation, place } = step;
    const tensor = tensorOf(operation, name);
    const old = this.before?.trace.operations[place]?.name === operation.name ? this.before.trace.operations[place] : undefined;
    const variable = this.variableOf(step, { tensor: name, index: 0 });
    const examples = this.shown?.trace.examples ?? [];
    const ofExamples = tensor.rows === examples.length && !["w", "b", "dw", "db", "loss"].includes(name);
    return new TensorTable({
      id: name,
      title: name,
      tensor,
      fullPrecision: this.place.fullPrecision,
      before: old && hasTensor(old, name) ? tensorOf(old, name).values : undefined,
      editable: variable !== null && !name.startsWith("d"),
      rowNames: ofExamples ? examples.map((example) => `#${example}`) : [],
      rowTitle: ofExamples ? "training example" : "row",
      hover: (index) => {
        this.hovered = index === null ? null : { tensor: name, index };
        this.renderInspector();
      },
      select: (index, edit) => {
        this.selection = { tensor: name, index };
        this.hovered = null;
        this.renderInspector();
        if (edit) this.inspector.querySelector<HTMLInputElement>("input.edit")?.select();
      },
    });
  }

  /** What was selected stays if the step has it: there is no mask in test mode, and another net's rows may be fewer. */
  private chooseSelection({ operation, backward }: Step): void {
    const has = (chosen: Selection | null): boolean => chosen !== null && hasTensor(operation, chosen.tensor) && chosen.index < tensorOf(operation, chosen.tensor).values.length;
    if (!has(this.hovered)) this.hovered = null;
    if (has(this.selection)) return;
    const outputs = backward ? operation.backward.outputs : operation.forward.outputs;
    const first = outputs[0];
    if (!first) return;
    // In the first row, whose example the picture shows, the first entry that is not zero has more to tell.
    const index = first.values.subarray(0, first.columns).findIndex((value) => value !== 0);
    this.selection = { tensor: first.name, index: Math.max(0, index) };
  }

  /** The weight, bias or coordinate that an entry is, or whose gradient it is. */
  private variableOf({ operation, place }: Step, { tensor, index }: Selection): Variable | null {
    if (operation.kind !== "affine") return null;
    if (tensor === "w" || tensor === "dw") return { tensor: `${operation.name}.w`, index };
    if (tensor === "b" || tensor === "db") return { tensor: `${operation.name}.b`, index };
    if (place === 0 && (tensor === "x" || tensor === "dx")) return { tensor: "x", index };
    return null;
  }

  private renderInspector(): void {
    const { step } = this;
    const chosen = this.hovered ?? this.selection;
    // The tables may still be those of nets that are no more.
    if (!step || !chosen || !this.tables.has(chosen.tensor)) return;
    const tensor = tensorOf(step.operation, chosen.tensor);
    const value = tensor.values[chosen.index] as number;
    const explanation = explain(step, chosen.tensor, chosen.index, this.place.fullPrecision);
    for (const [name, table] of this.tables) {
      table.mark("selected", new Set(this.selection?.tensor === name ? [this.selection.index] : []));
      table.mark("term", explanation?.terms.get(name) ?? new Set());
    }
    const variable = this.variableOf(step, chosen);
    const isGradient = variable !== null && chosen.tensor.startsWith("d");
    const canEdit = variable !== null && !isGradient;
    const old = this.tables.get(chosen.tensor)?.options.before?.[chosen.index];

    const parts: (Node | null)[] = [
      html("h2", {}, `${step.operation.name}: ${entryName(tensor, chosen.index)}`),
      html("p", { class: "value", "data-value": String(value) }, full(value)),
      old !== undefined && old !== value ? html("p", { class: "note" }, `was ${full(old)}`) : null,
    ];
    const focusedEdit = this.inspector.contains(document.activeElement) && !this.hovered ? document.activeElement?.className : null;
    if (canEdit) {
      const edit = html("input", { type: "text", inputmode: "decimal", class: "edit", "aria-label": `New value of ${entryName(tensor, chosen.index)}`, value: String(value), autocomplete: "off" });
      const set = (to: number): void => void this.edit(variable, value, to);
      edit.addEventListener("keydown", (event) => {
        if (event.key === "Escape") {
          edit.value = String(value);
          this.tables.get(chosen.tensor)?.focus(chosen.index);
        }
      });
      edit.addEventListener("change", () => {
        const typed = parse(edit.value);
        if (typed === null) {
          this.say(`“${edit.value.slice(0, 30)}” is not a number; ${entryName(tensor, chosen.index)} is still ${full(value)}.`, true);
          edit.value = String(value);
        } else set(typed);
      });
      const nudge = (by: number): number => Number((value + by).toPrecision(15));
      parts.push(
        html(
          "div",
          { class: "edit-row" },
          button("\u22120.1", () => set(nudge(-0.1)), { class: "small nudge-down", "aria-label": "Less by 0.1" }),
          edit,
          button("+0.1", () => set(nudge(0.1)), { class: "small nudge-up", "aria-label": "More by 0.1" }),
        ),
      );
    }
    if (explanation) {
      parts.push(
        html("p", { class: "names" }, explanation.names),
        html("p", { class: "numbers" }, `= ${explanation.numbers}`),
        html("p", { class: "numbers" }, `= ${this.place.fullPrecision ? full(explanation.result) : short(explanation.result)}`),
      );
    }
    const gradient = html("dl", { class: "gradient" });
    if (variable) parts.push(html("h3", {}, `∂ loss / ∂ ${variable.tensor === "x" ? entryName(tensorOf(step.operation, "x"), variable.index) : `${variable.tensor}[${entryName(tensor, chosen.index).replace(/^.*\[/, "")}`}`), gradient);
    if (!variable && step.operation.kind === "affine") parts.push(html("p", { class: "note" }, "Point at a weight, or select it, for its gradient and a check by differences."));
    this.inspector.replaceChildren(...parts.filter((part) => part !== null));
    if (focusedEdit) this.inspector.querySelector<HTMLElement>(`.${focusedEdit.split(" ").join(".")}`)?.focus();
    if (variable) void this.gradient.show(variable, this.shown, gradient);
  }

  private edit({ tensor, index }: Variable, before: number, value: number): Promise<void> {
    const { shown, session } = this;
    if (!shown) return Promise.resolve();
    const { side, trace } = shown;
    const place = tensor === "x" ? { example: trace.examples[Math.floor(index / 2)] as number, column: index % 2 } : { side, name: tensor, index };
    return this.marking(() => session.edit(place, before, value));
  }

  /** Takes back the latest edit, of whichever net and number. */
  async undo(): Promise<void> {
    if (this.session.canUndo) await this.marking(() => this.session.undo());
  }

  /** Does what changes a number by hand, and marks what follows from it. */
  private async marking(change: () => Promise<void>): Promise<void> {
    const mine = ++this.edits;
    this.session.pause();
    const trace = this.shown?.trace;
    this.before = trace ? { trace, loss: trace.loss } : null;
    try {
      await change();
      if (mine === this.edits) await this.refresh();
    } catch (error) {
      this.before = null;
      this.say(sentence(error), true);
      this.render();
    }
  }

  /** The example whose way the picture shows: that of the selected row, or the first. */
  private get row(): number {
    const { selection, step, shown } = this;
    if (!selection || !step || !shown) return 0;
    const { rows, columns } = tensorOf(step.operation, selection.tensor);
    return rows === shown.trace.examples.length && rows > 1 ? Math.floor(selection.index / columns) : 0;
  }
}

const hasTensor = ({ forward, backward }: Operation, name: string): boolean =>
  [forward.inputs, forward.outputs, forward.cache, backward.inputs, backward.outputs].some((tensors) => tensors.some((tensor) => tensor.name === name));

const partNode = (part: Part): HTMLElement =>
  typeof part === "string" ? html("span", { class: "operator" }, part) : html("span", { class: "symbol" }, html("i", {}, part.symbol), html("small", {}, part.shape));

const spoken = (parts: Part[]): string => parts.map((part) => (typeof part === "string" ? part : `${part.symbol} (${part.shape})`)).join(" ");
