// Two nets side by side: their boundaries, their scores along the way, the net that both have, and the settings.
import { BoundaryCanvas } from "./boundary_canvas";
import { Chart, type Series } from "./chart";
import { button, html, setText } from "./dom";
import { csv, download, npz, png } from "./downloads";
import type { HiddenLayer, LabConfig, Points, Side, State } from "./engine/api";
import { EnsemblePanel } from "./ensemble";
import { ChoiceField } from "./fields";
import { epochs, gap } from "./history";
import { NetworkEditor } from "./network_editor";
import { count, fixed, full, share } from "./numbers";
import { shapeNames } from "./palette";
import { changesInWords } from "./run";
import { SeedsPanel } from "./seeds";
import { sentence, type Session } from "./session";
import type { Settings } from "./settings";

const sides: { side: Side; title: string; name: string }[] = [
  { side: "plain", title: "Without dropout", name: "without" },
  { side: "dropout", title: "With dropout", name: "with" },
];

export class TrainView {
  readonly node: HTMLElement;
  private readonly seeds: SeedsPanel;
  private readonly ensemble: EnsemblePanel;
  private readonly boundaries: Record<Side, BoundaryCanvas>;
  private readonly editor: NetworkEditor;
  private readonly charts: Chart[];
  private readonly cells = new Map<string, HTMLElement>();
  private readonly legend = html("p", { class: "note class-legend" });
  /** Classes that no training point has. */
  private readonly warning = html("p", { class: "problem class-warning", role: "status" });
  private readonly notices: Record<Side, HTMLElement>;
  /** What the scores come to, in words. */
  private readonly seen = html("p", { class: "seen" });
  private readonly changes = html("p", { class: "note changes" });
  private readonly diagramSide: ChoiceField<Side>;
  private config: LabConfig | null = null;

  constructor(
    private readonly session: Session,
    private readonly settings: Settings,
    changeHidden: (hidden: HiddenLayer[]) => void,
  ) {
    const boundary = (side: Side): BoundaryCanvas =>
      new BoundaryCanvas(() => {
        if (session.picture) this.boundaries[side].draw(session.picture[side]);
      });
    const notice = (): HTMLElement => html("p", { class: "problem diverged", role: "status" });
    this.notices = { plain: notice(), dropout: notice() };
    this.boundaries = { plain: boundary("plain"), dropout: boundary("dropout") };
    this.editor = new NetworkEditor(session, changeHidden);
    this.seeds = new SeedsPanel(session);
    this.ensemble = new EnsemblePanel(session);
    this.diagramSide = new ChoiceField<Side>("Weights of the net", sides.map(({ side, name }) => ({ value: side, label: `${name} dropout` })), (side) => void session.showDiagramOf(side));
    this.diagramSide.show(session.diagramOf);

    const series = (value: (side: Side, part: "train" | "validation") => (state: State) => number): Series[] =>
      sides.flatMap(({ side, name }) =>
        (["train", "validation"] as const).map((part) => ({ name: `${part} ${name}`, side, dashed: part === "train", value: value(side, part) })),
      );
    this.charts = [
      new Chart({ title: "Loss (nats)", height: 150, least: 0, most: 0.7, format: (value) => fixed(value, 2), series: series((side, part) => (state) => state[side][`${part}Loss`]) }),
      new Chart({ title: "Accuracy", height: 150, least: 0.5, most: 1, format: share, series: series((side, part) => (state) => state[side][`${part}Accuracy`]) }),
      new Chart({
        title: "Gap: train less validation accuracy",
        height: 130, least: 0, most: 0.1, format: share,
        series: sides.map(({ side, name }) => ({ name, side, dashed: false, value: (state) => gap(state, side) })),
      }),
    ];

    const panel = ({ side, title }: (typeof sides)[0]): HTMLElement =>
      html(
        "section",
        { class: `net-panel ${side}`, "aria-label": title },
        html("h2", {}, html("span", { class: "swatch" }), title),
        this.boundaries[side].node,
        html("p", { class: "gap" }, html("span", { class: "gap-name" }, "gap "), this.cell(side, "gap")),
        this.notices[side],
      );
    // With soft hyphens, for narrow screens.
    const header = ["train loss", "vali\u00addation loss", "train accu\u00adracy", "vali\u00addation accu\u00adracy"];
    const row = ({ side, name }: (typeof sides)[0]): HTMLElement =>
      html(
        "tr",
        { class: side },
        html("th", { scope: "row" }, html("span", { class: "swatch" }), name),
        ...(["trainLoss", "validationLoss", "trainAccuracy", "validationAccuracy"] as const).map((key) => html("td", {}, this.cell(side, key))),
      );
    this.node = html(
      "div",
      { class: "train", role: "tabpanel", id: "train-view", "aria-labelledby": "train-tab" },
      html("div", { class: "column settings-column" }, settings.data, settings.training),
      html(
        "div",
        { class: "column nets-column" },
        html("div", { class: "card nets" }, ...sides.map(panel), this.seen, this.legend, this.warning, this.saving("planes as PNG", () => this.savePlanes())),
        this.seeds.node,
        this.ensemble.node,
        html(
          "section",
          { class: "card net-card", "aria-labelledby": "net-title" },
          html("div", { class: "title-row" }, html("h2", { id: "net-title" }, "The net"), this.diagramSide.node),
          this.editor.node,
          html("p", { class: "note" }, "Drag a handle for more or fewer units; keep is keep_prob, the probability that a unit stays. Every hidden unit shows where in the plane it is on in test mode, the darker the more; point at it for the weights into it, click to change them. Struck-out units are those that the next step drops of its first example. Solid lines are weights above zero, dashed ones below."),
          this.saving("weights as .npz", () => this.saveWeights()),
        ),
      ),
      html(
        "section",
        { class: "card figures", "aria-label": "Scores" },
        html(
          "table",
          { class: "scores" },
          html("caption", { class: "visually-hidden" }, "Loss and accuracy of both nets, in test mode"),
          html("thead", {}, html("tr", {}, html("td"), ...header.map((text) => html("th", { scope: "col" }, text)))),
          html("tbody", {}, ...sides.map(row)),
        ),
        html(
          "p",
          { class: "note line-legend" },
          ...([["plain", "without"], ["dropout", "with dropout"], ["dashed", "train"], ["", "validation"]] as const).map(([kind, name]) =>
            html("span", { class: "line-name" }, html("span", { class: `line ${kind}` }), name),
          ),
        ),
        ...this.charts.map(({ node }) => node),
        this.changes,
        html("div", { class: "save-row" }, this.saving("curves as PNG", () => this.saveCurves()), this.saving("curves as CSV", async () => this.saveTable())),
      ),
    );
  }

  /** After the configuration or the data have changed. */
  show(config: LabConfig): void {
    this.config = config;
    this.seeds.show(config);
    this.ensemble.show(config);
    this.editor.show(config.hidden, this.session.train.classes);
    this.settings.show(config);
  }

  reset(): void {
    const { train, validation, range } = this.session;
    for (const { side } of sides) this.boundaries[side].setPoints(train, validation, range);
    const { names } = this.session;
    const shapes = names.map((name, label) => `${name} ${shapeNames[label]}`).join(", ");
    setText(this.legend, `Filled points train, hollow ones validate: ${train.labels.length} and ${validation.labels.length}. Classes: ${shapes}.`);
    const without = (points: Points): string[] => names.filter((_, label) => !points.labels.includes(label));
    const [untrained, unheld] = [without(train), without(validation)];
    setText(
      this.warning,
      [
        untrained.length ? `No training point is of class ${untrained.join(", ")}: the nets cannot learn it.` : "",
        unheld.length ? `No validation point is of class ${unheld.join(", ")}: validation accuracy tells nothing about it.` : "",
      ].join(" ").trim(),
    );
    if (this.config) {
      this.editor.show(this.config.hidden, train.classes);
      this.seeds.show(this.config);
    }
    this.describe();
  }

  /** At most once a frame. */
  draw(): void {
    const { state, picture, history } = this.session;
    if (!state) return;
    if (picture) for (const { side } of sides) this.boundaries[side].draw(picture[side]);
    for (const chart of this.charts) chart.draw(history.states);
    for (const { side } of sides) {
      const scores = state[side];
      const { divergedAt } = scores;
      setText(this.notices[side], divergedAt === null ? "" : `Diverged at step ${count(divergedAt)}: lower the learning rate.`);
      this.put(side, "gap", gap(state, side), share);
      this.put(side, "trainLoss", scores.trainLoss, (value) => fixed(value, 3));
      this.put(side, "validationLoss", scores.validationLoss, (value) => fixed(value, 3));
      this.put(side, "trainAccuracy", scores.trainAccuracy, share);
      this.put(side, "validationAccuracy", scores.validationAccuracy, share);
    }
    setText(this.seen, seenIn(state));
    if (this.session.run) setText(this.changes, changesInWords(this.session.run));
    this.seeds.tell();
    void this.ensemble.refresh();
    const { weights, masks } = this.session;
    if (this.config) this.editor.draw({ hidden: this.config.hidden, classes: this.session.train.classes, weights, masks });
  }

  /** Text alternatives, for when training rests. */
  describe(): void {
    const { state } = this.session;
    if (!state) return;
    for (const { side, title } of sides) {
      const { trainAccuracy, validationAccuracy, divergedAt } = state[side];
      const right = `${share(trainAccuracy)} of the training and ${share(validationAccuracy)} of the validation points are right.`;
      this.boundaries[side].node.setAttribute(
        "aria-label",
        `${title}: the class that the net gives to every place of the plane, with the points. ${divergedAt === null ? right : "The net has diverged."}`,
      );
    }
    for (const chart of this.charts) chart.describe();
  }

  /** A trial of many seeds, an ensemble or pictures of the units are under way. */
  get busy(): boolean {
    return this.seeds.running || this.ensemble.asking || this.editor.asking;
  }

  restyle(): void {
    for (const { side } of sides) this.boundaries[side].restyle();
    this.settings.restyle();
    this.editor.restyle();
    this.ensemble.restyle();
    this.draw();
  }

  private saving(what: string, save: () => Promise<void>): HTMLElement {
    return button(`Save the ${what}`, () => void save().catch((error: unknown) => this.session.onError(sentence(error))), { class: "small save" });
  }

  private async savePlanes(): Promise<void> {
    const { state } = this.session;
    if (!state) return;
    const pictures = sides.map(({ side, title }) => ({ title: `${title}: gap ${share(gap(state, side))}`, canvas: this.boundaries[side].node }));
    download(fileName("planes", state, "png"), await png(pictures, sides.length, `${place(state)}. ${this.legend.textContent}`));
  }

  private async saveCurves(): Promise<void> {
    const { state } = this.session;
    if (!state) return;
    const pictures = this.charts.map(({ node }) => ({
      title: node.querySelector("figcaption")?.textContent ?? "",
      canvas: node.querySelector("canvas") as HTMLCanvasElement,
    }));
    download(fileName("curves", state, "png"), await png(pictures, 1, `${place(state)}. Bold: with dropout. Dashed: train.`));
  }

  private saveTable(): void {
    const { state, history, run } = this.session;
    if (state && run) download(fileName("curves", state, "csv"), csv(history.states, run));
  }

  private async saveWeights(): Promise<void> {
    const side = this.session.diagramOf;
    const { step, weights } = await this.session.weightsOf(side);
    download(fileName(`${side === "plain" ? "without" : "with"}-dropout`, { step }, "npz"), npz(weights));
  }

  private cell(side: Side, key: string): HTMLElement {
    const node = html("span", { class: "number", "data-score": `${side}.${key}` }, "–");
    this.cells.set(`${side}.${key}`, node);
    return node;
  }

  private put(side: Side, key: string, value: number, format: (value: number) => string): void {
    const node = this.cells.get(`${side}.${key}`);
    if (!node || node.dataset["value"] === String(value)) return;
    setText(node, format(value));
    node.dataset["value"] = String(value);
    node.title = full(value);
  }
}

const fileName = (what: string, { step }: { step: number }, kind: string): string => `thinnet-lab-${what}-step-${step}.${kind}`;
const place = (state: State): string => `Epoch ${fixed(epochs(state), 1)}, step ${count(state.step)}`;

const noise = 1e-9; // accuracies are whole points: what is nearer differs by rounding alone

/** What the scores of one seed at one step say, and no more. */
export function seenIn(state: State): string {
  const { plain, dropout } = state;
  if (plain.divergedAt !== null || dropout.divergedAt !== null) return "";
  if (state.step === 0) return "Both nets start from the same weights. Press Play and watch the gap: the share of the training points that are right, less that of the validation points.";
  if (plain.trainLoss === dropout.trainLoss && plain.validationLoss === dropout.validationLoss) return "Both nets are the same so far: where every keep is 1, nothing is dropped.";
  const change = (value: number, more: string, less: string): string => (Math.abs(value) < noise ? "the same" : `${value > 0 ? more : less} by ${share(Math.abs(value))}`);
  const train = dropout.trainAccuracy - plain.trainAccuracy;
  const validation = dropout.validationAccuracy - plain.validationAccuracy;
  return `With dropout, train accuracy is ${change(train, "higher", "lower")}, validation accuracy ${change(validation, "higher", "lower")}, the gap ${change(train - validation, "larger", "smaller")}. That is one seed at one step: whether it is luck, 20 seeds can tell.`;
}
