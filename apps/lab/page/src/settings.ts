// What is learnt, and how: data, optimizer and seed. The net itself is edited in its diagram.
import { bounds, dataKinds, optimizerKinds, usualValidation } from "./configuration";
import { readCsv } from "./csv";
import { button, html, setText } from "./dom";
import { DrawPad } from "./draw_pad";
import type { DataConfig, LabConfig, OptimizerConfig, OwnPoints } from "./engine/api";
import { ChoiceField, NumberField, even } from "./fields";
import { dataIcon } from "./icons";
import { count } from "./numbers";
import { sentence } from "./session";

interface Actions {
  /** Applies a change to the present configuration. */
  change: (edit: (config: LabConfig) => void) => void;
  /** The points on show, to start drawing from. */
  points: () => OwnPoints;
  say: (message: string, isProblem: boolean) => void;
}

const decades = (from: number, to: number, steps: number[]): number[] => {
  const stops: number[] = [];
  for (let power = from; power <= to; ++power) stops.push(...steps.map((step) => Number((step * 10 ** power).toPrecision(6))));
  return stops;
};

export class Settings {
  readonly data: HTMLElement;
  readonly training: HTMLElement;
  private readonly kind: ChoiceField<DataConfig["kind"]>;
  private readonly optimizer: ChoiceField<OptimizerConfig["kind"]>;
  private readonly fields: { field: NumberField; read: (config: LabConfig) => number; shown?: (config: LabConfig) => boolean }[] = [];
  private readonly pad: DrawPad;
  private readonly own: HTMLElement;
  private readonly problem = html("p", { class: "problem", role: "alert" });
  /** How many files are being read. */
  reading = 0;
  private opened = 0;

  constructor(private readonly actions: Actions) {
    const { change } = actions;
    this.kind = new ChoiceField(
      "Data set",
      dataKinds.map(({ kind, label }) => ({ value: kind, label, picture: dataIcon(kind) })),
      (kind) => this.chooseKind(kind),
      "choices pictures",
    );
    this.pad = new DrawPad((points) => this.drawn(points));
    const file = html("input", { type: "file", accept: ".csv,.tsv,.txt,text/csv", class: "visually-hidden", "aria-label": "A CSV file of points" });
    file.addEventListener("change", () => {
      const chosen = file.files?.[0];
      file.value = "";
      if (chosen) void this.open(chosen);
    });
    this.own = html("div", { class: "own" }, this.pad.node);

    const field = (
      label: string,
      limits: (typeof bounds)[keyof typeof bounds],
      stops: number[],
      read: (config: LabConfig) => number,
      write: (config: LabConfig, value: number) => void,
      shown?: (config: LabConfig) => boolean,
      hint?: string,
    ): HTMLElement => {
      const made = new NumberField({ label, bounds: limits, stops, change: (value) => change((config) => write(config, value)), ...(hint ? { hint } : {}) });
      this.fields.push({ field: made, read, ...(shown ? { shown } : {}) });
      return made.node;
    };
    const madeUp = (config: LabConfig): boolean => config.data.kind !== "own";

    this.data = html(
      "section",
      { class: "card settings", "aria-labelledby": "data-title" },
      html("h2", { id: "data-title" }, "Data"),
      this.kind.node,
      this.own,
      field("Points", bounds.count, [20, 50, 100, 150, 200, 300, 400, 500, 750, 1000, 1500, 2000], (c) => c.data.count, (c, v) => (c.data.count = v), madeUp),
      field("Noise", bounds.noise, even(0, 1, 0.05), (c) => c.data.noise, (c, v) => (c.data.noise = v), madeUp, "Standard deviation of every coordinate; of the angle for the spiral"),
      field("Classes", bounds.classes, even(2, 5, 1), (c) => c.data.classes, (c, v) => (c.data.classes = v), (c) => c.data.kind === "blobs"),
      field("Held out for validation", bounds.validationShare, even(0.1, 0.9, 0.05), (c) => c.data.validationShare, (c, v) => (c.data.validationShare = v)),
      html(
        "div",
        { class: "file-row" },
        button("Open a CSV file", () => file.click()),
        file,
        html("span", { class: "note" }, "or drop it anywhere: two numbers and a class a line"),
      ),
      this.problem,
    );

    this.optimizer = new ChoiceField("Optimizer", optimizerKinds.map(({ kind, label }) => ({ value: kind, label })), (kind) =>
      change((config) => {
        // A rate that suits Adam is small for SGD and the other way round: start each from its usual one.
        const usual = { sgd: 0.1, momentum: 0.03, adam: 0.01 };
        if (config.optimizer.learningRate === usual[config.optimizer.kind]) config.optimizer.learningRate = usual[kind];
        config.optimizer.kind = kind;
      }),
    );
    this.training = html(
      "section",
      { class: "card settings", "aria-labelledby": "training-title" },
      html("h2", { id: "training-title" }, "Training"),
      this.optimizer.node,
      field("Learning rate", bounds.learningRate, [...decades(-4, -1, [1, 2, 3, 5]), 1], (c) => c.optimizer.learningRate, (c, v) => (c.optimizer.learningRate = v)),
      field("Momentum", bounds.momentum, [...even(0, 0.9, 0.1), 0.95, 0.99], (c) => c.optimizer.momentum, (c, v) => (c.optimizer.momentum = v), (c) => c.optimizer.kind === "momentum"),
      field("Weight decay", bounds.weightDecay, [0, ...decades(-5, -2, [1, 3]), 0.1], (c) => c.optimizer.weightDecay, (c, v) => (c.optimizer.weightDecay = v)),
      field("Batch size", bounds.batchSize, [1, 2, 5, 10, 20, 32, 50, 64, 100, 128, 200, 500], (c) => c.batchSize, (c, v) => (c.batchSize = v)),
      field("Seed", bounds.seed, even(0, 20, 1), (c) => c.seed, (c, v) => (c.seed = v), undefined, "Of points, split, first weights, batches and masks"),
    );

    addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      document.body.classList.add("dropping");
    });
    addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) document.body.classList.remove("dropping");
    });
    addEventListener("drop", (event) => {
      document.body.classList.remove("dropping");
      const dropped = event.dataTransfer?.files[0];
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      if (dropped) void this.open(dropped);
    });
  }

  show(config: LabConfig): void {
    this.kind.show(config.data.kind);
    this.optimizer.show(config.optimizer.kind);
    this.own.hidden = config.data.kind !== "own";
    if (config.data.kind === "own" && config.data.own) this.pad.show(config.data.own);
    for (const { field, read, shown } of this.fields) {
      field.show(read(config));
      field.node.hidden = shown ? !shown(config) : false;
    }
  }

  restyle(): void {
    this.pad.restyle();
  }

  private chooseKind(kind: DataConfig["kind"]): void {
    setText(this.problem, "");
    // Drawing starts from the points on show, or from those that were drawn before.
    const points = this.actions.points();
    this.actions.change((config) => {
      if (kind === "own" && !config.data.own) {
        config.data.own = points;
        config.data.classes = classesOf(points);
      }
      if (kind === "blobs") config.data.classes = Math.max(config.data.classes, 3);
      setKind(config.data, kind);
    });
  }

  private drawn(points: OwnPoints): void {
    const used = new Set(points.labels);
    if (used.size < 2 || points.labels.length < 4) {
      setText(this.problem, `Draw at least 4 points of 2 classes; so far there ${points.labels.length === 1 ? "is 1" : `are ${points.labels.length}`} of ${used.size}. The nets keep the points they had.`);
      return;
    }
    setText(this.problem, "");
    this.actions.change((config) => {
      config.data.own = points;
      config.data.classes = classesOf(points);
    });
  }

  private async open(file: File): Promise<void> {
    const mine = ++this.opened;
    this.reading += 1;
    try {
      if (file.size > 2_000_000) throw new Error(`The file has ${count(file.size)} bytes, too many for 2,000 points. Nothing was changed.`);
      const text = await file.text();
      if (mine !== this.opened) return; // another was opened since, and may have been read sooner
      const read = readCsv(text);
      setText(this.problem, "");
      this.actions.change((config) => {
        // Numbers from 0 on are what classes are called anyway.
        const named = read.names.some((name, label) => name !== String(label));
        config.data.own = { x: read.x, labels: read.labels, ...(named ? { names: read.names } : {}) };
        config.data.classes = read.names.length;
        setKind(config.data, "own");
      });
      this.actions.say(
        `${file.name}: ${count(read.labels.length)} points of ${read.names.length} classes (${read.names.join(", ")})${read.scaled ? ", each column scaled onto −1 to 1" : ""}.`,
        false,
      );
    } catch (error) {
      const message = `${file.name}: ${sentence(error)}`;
      setText(this.problem, message);
      this.actions.say(message, true);
    } finally {
      this.reading -= 1;
    }
  }
}

/** Where validation has the usual share of the kind before, it gets that of the new one. */
function setKind(data: DataConfig, kind: DataConfig["kind"]): void {
  if (data.validationShare === usualValidation(data.kind)) data.validationShare = usualValidation(kind);
  data.kind = kind;
}

const classesOf = ({ labels }: OwnPoints): number => labels.reduce((most, label) => Math.max(most, label + 1), 2);
