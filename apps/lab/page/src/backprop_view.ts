// One example or batch on its way through a net, forward and then backward, one operation at a time.
import { button, freshId, html, setOff, setText } from "./dom";
import type { Trace } from "./engine/api";
import { chainOf } from "./chain_rule";
import { equationsOf, explain, purposeOf } from "./equations";
import { FollowedPicks } from "./followed_picks";
import { FollowedPlane } from "./followed_plane";
import type { Asked, Variable } from "./gradient_check";
import { Inspector } from "./inspector";
import type { Part } from "./notation";
import { full, short } from "./numbers";
import { PassPicture } from "./pass_picture";
import type { Place } from "./permalink";
import { sentence, type Session } from "./session";
import { hasTensor, isOfExamples, nameOf, placeOf, stepsOf, tensorOf, type Step } from "./steps";
import { TensorTables, type Selection } from "./tensor_tables";
import { Track } from "./track";

/** A trace with the steps through it. */
interface Shown extends Asked {
  steps: Step[];
  /** The session's number of the nets that it is of. */
  nets: number;
}

export class BackpropView {
  readonly node: HTMLElement;
  private readonly picks: FollowedPicks;
  private readonly precision = html("input", { type: "checkbox", id: freshId("precision") });
  private readonly plane: FollowedPlane;
  private readonly picture: PassPicture;
  private readonly lossText = html("p", { class: "loss-now" });
  private readonly track = new Track((at) => this.go(at));
  private readonly title = html("h2", { tabindex: -1 });
  private readonly purpose = html("p", { class: "purpose" });
  private readonly equations = html("div", { class: "equations" });
  private readonly chain = html("div", { class: "chain" });
  private readonly tables = new TensorTables((hovered) => this.pass(hovered), (selected, edit) => this.choose(selected, edit));
  private readonly inspector: Inspector;
  private readonly previous: HTMLButtonElement;
  private readonly next: HTMLButtonElement;
  private readonly undoButton = button("Undo the latest edit", () => void this.undo(), { class: "small undo" });

  private shown: Shown | null = null;
  /** Of the shown steps. */
  private at = 0;
  /** Of the trace before the latest edit, to mark what it changed. */
  private before: { trace: Trace; loss: number } | null = null;
  private selection: Selection | null = null;
  private hovered: Selection | null = null;
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
    const change = (chosen: Partial<Place>): void => {
      const otherRows = chosen.followed !== undefined && chosen.followed.kind !== place.followed.kind;
      if (chosen.side || otherRows) this.selection = null;
      Object.assign(place, chosen);
      this.before = null;
      this.hovered = null;
      this.placeChanged();
      void this.refresh();
    };
    this.picks = new FollowedPicks(session, place, change, say, () => this.shown?.trace.examples[0] ?? 0);
    this.precision.addEventListener("change", () => {
      place.fullPrecision = this.precision.checked;
      this.placeChanged();
      this.render();
    });
    this.plane = new FollowedPlane(session, (example) => this.picks.follow(example));
    this.picture = new PassPicture(session);
    this.inspector = new Inspector(session, say, (variable, before, value) => void this.edit(variable, before, value), (chosen) => this.tables.focus(chosen));
    this.previous = button("‹ Back", () => this.go(this.at - 1), { class: "previous" });
    this.next = button("Next ›", () => this.go(this.at + 1), { class: "primary next" });

    this.node = html(
      "div",
      { class: "backprop", role: "tabpanel", id: "backprop-view", "aria-labelledby": "backprop-tab" },
      html(
        "section",
        { class: "card backprop-net", "aria-label": "What goes through which net" },
        this.picks.node,
        this.plane.node,
        this.picture.node,
      ),
      html(
        "div",
        { class: "operation-and-number" },
        html(
          "section",
          { class: "card operation", "aria-label": "The operation" },
          this.track.node,
          html("div", { class: "title-row" }, this.title, this.lossText, html("span", { class: "moves" }, this.previous, this.next)),
          this.equations,
          this.chain,
          this.purpose,
          html("div", { class: "check-row" }, this.precision, html("label", { for: this.precision.id }, "Every digit"), this.undoButton),
          this.tables.node,
        ),
        this.inspector.node,
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
        this.shown = { trace, side, mode, steps: stepsOf(trace), nets: this.session.nets };
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
    this.inspector.forget();
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
    return this.tracing || this.inspector.busy;
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
    this.picks.show();
    this.precision.checked = place.fullPrecision;
    setOff(this.undoButton, !this.session.canUndo);
    if (!shown) return;
    this.at = placeOf(shown.steps, place.at);
    const { trace } = shown;
    const step = shown.steps[this.at] as Step;
    this.chooseSelection(step);
    this.plane.show(shown.side, trace.examples);
    this.picture.show({ trace, step, row: this.row });
    this.track.show(shown.steps, this.at);
    setOff(this.previous, this.at === 0);
    setOff(this.next, this.at >= shown.steps.length - 1);
    setText(this.title, nameOf(step));
    const change = this.before && this.before.loss !== trace.loss ? `${short(this.before.loss)} → ` : "";
    setText(this.lossText, `loss ${change}${place.fullPrecision ? full(trace.loss) : short(trace.loss)}`);
    this.lossText.dataset["value"] = String(trace.loss);
    setText(this.purpose, `${purposeOf(step)}${this.isOnlyAnExample(step) ? " Training takes the gradient of a whole batch: follow the next batch to see its step." : ""}`);
    this.equations.replaceChildren(...equationsOf(step).map(equationNode));
    const chain = chainOf(trace, step);
    this.chain.replaceChildren(...(chain ? [html("h3", {}, "From the loss, by the chain rule"), equationNode(chain)] : []));
    const old = this.before?.trace.operations[step.place];
    this.tables.show({ step, side: shown.side, examples: trace.examples, fullPrecision: place.fullPrecision, before: old?.name === step.operation.name ? old : undefined });
    this.renderInspector();
  }

  private isOnlyAnExample({ way }: Step): boolean {
    return way === "update" && this.place.followed.kind === "example";
  }

  private pass(hovered: Selection | null): void {
    this.hovered = hovered;
    this.renderInspector();
  }

  private choose(selected: Selection, edit: boolean): void {
    this.selection = selected;
    this.pass(null);
    if (edit) this.inspector.startEdit();
  }

  /** What was selected stays if the step has it: there is no mask in test mode, and another net's rows may be fewer. */
  private chooseSelection({ operation, way }: Step): void {
    const has = (chosen: Selection | null): boolean => chosen !== null && hasTensor(operation, chosen.tensor) && chosen.index < tensorOf(operation, chosen.tensor).values.length;
    if (!has(this.hovered)) this.hovered = null;
    if (has(this.selection)) return;
    const { outputs } = operation[way];
    const first = way === "update" ? outputs.find(({ name }) => name === "w′") : outputs[0];
    if (!first) return;
    // In the first row, whose example the picture shows, the first entry that is not zero has more to tell.
    const index = first.values.subarray(0, first.columns).findIndex((value) => value !== 0);
    this.selection = { tensor: first.name, index: Math.max(0, index) };
  }

  private renderInspector(): void {
    const { step, shown } = this;
    const chosen = this.hovered ?? this.selection;
    // The tables may still be those of nets that are no more.
    if (!step || !shown || !chosen || !this.tables.has(chosen)) return;
    const { fullPrecision } = this.place;
    const explanation = explain(step, chosen.tensor, chosen.index, fullPrecision);
    this.tables.mark(this.selection, explanation?.terms);
    this.inspector.show({ step, chosen, hovered: this.hovered !== null, explanation, fullPrecision, before: this.tables.before(chosen), asked: shown });
  }

  private edit({ tensor, index }: Variable, before: number, value: number): Promise<void> {
    const { shown, session } = this;
    if (!shown) return Promise.resolve();
    const { side, trace, nets } = shown;
    const place = tensor === "x" ? { example: trace.examples[Math.floor(index / 2)] as number, column: index % 2 } : { side, name: tensor, index };
    return this.marking(() => session.edit(place, before, value, nets));
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
    return isOfExamples(step, selection.tensor) ? Math.floor(selection.index / tensorOf(step.operation, selection.tensor).columns) : 0;
  }
}

const equationNode = (parts: Part[]): HTMLElement => html("p", { class: "equation", role: "math", "aria-label": spoken(parts) }, ...parts.map(partNode));

const partNode = (part: Part): HTMLElement =>
  typeof part === "string" ? html("span", { class: "operator" }, part) : html("span", { class: "symbol" }, html("i", {}, part.symbol), html("small", {}, part.shape));

const spoken = (parts: Part[]): string => parts.map((part) => (typeof part === "string" ? part : `${part.symbol} (${part.shape})`)).join(" ");
