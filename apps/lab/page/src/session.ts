// The one place that talks to the engine: what is trained, how far, and what it scored on the way.
import type { Cells, Engine, Evaluation, LabConfig, Points, Side, State, Tensor, Trace } from "./engine/api";
import { History } from "./history";
import type { Followed } from "./permalink";
import { changedAt, partsOf, settingsNow, type Change, type Run } from "./run";

export interface Boundary extends Cells {
  resolution: number;
}

/** Thinned nets of the net with dropout, the mean of their answers, and the one net of test mode; accuracies are of validation. */
export interface Ensemble {
  members: Boundary[];
  accuracies: Float64Array;
  mean: Boundary;
  meanAccuracy: number;
  test: Boundary;
  testAccuracy: number;
  step: number;
}

/** How far nets are to be when they are made: from what was saved, or by as many steps as they took. */
export interface Progress {
  saved: Float64Array | null;
  step: number;
  edited: boolean;
  /** What was changed on the way there. */
  changes: Change[];
}

export const fresh: Progress = { saved: null, step: 0, edited: false, changes: [] };

export interface Picture {
  plain: Boundary;
  dropout: Boundary;
}

/** A number that can be set by hand. */
export type Place = { side: Side; name: string; index: number } | { example: number; column: number };

/** An edit that can be taken back. */
interface Edit {
  place: Place;
  before: number;
  /** Whether values had been edited before it. */
  edited: boolean;
}

/** Of the boundaries: coarse and quick while they move, fine when they rest. */
const moving = 64;
const resting = 128;
const thinned = 48; // of the nets of an ensemble
/** The diagram of the net, whose masks change with every step, is drawn less often than the rest: to be calm, and cheap. */
const framesBetweenDiagrams = 24;
const replays = 100; // of a replay at least, so that its curves are smooth
const replaysBetweenPictures = 10;
/** Multiplications of one net's forward pass that a request may take: half a second's work for both nets, there and back. */
const mostWork = 5e7;

export class Session {
  train: Points = { x: new Float64Array(), labels: new Int32Array(), classes: 2 };
  validation: Points = this.train;
  /** Of the classes. */
  names: string[] = [];
  state: State | null = null;
  /** What leads from new nets to these; null before there are any. */
  run: Run | null = null;
  picture: Picture | null = null;
  weights: Tensor[] = [];
  /** For every hidden layer what the next step's mask is for that step's first example; null where nothing is dropped. */
  masks: (Float64Array | null)[] = [];
  history = new History();
  /** Half the side of the square that is drawn. */
  range = 1.3;
  playing = false;
  /** The step up to which a link's steps are taken again just now. */
  replaying: number | null = null;
  speed = 1;
  /** A value was changed by hand: the seed alone no longer tells the weights. */
  edited = false;
  /** Another number whenever the nets or the data may be others. */
  version = 0;
  diagramOf: Side = "dropout";

  /** After every change that has to be drawn. */
  onChange: () => void = () => {};
  /** After new data or nets. */
  onReset: () => void = () => {};
  onError: (message: string) => void = () => {};
  onPlaying: () => void = () => {};

  private tail: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  /** How many requests to train wait for their turn. */
  private advances = 0;
  private frame = 0;
  private resets = 0;
  /** How many pairs of nets were made. Whoever shows a number to edit remembers of which pair it is. */
  nets = 0;
  /** The pair that `weights` are of. */
  netsOfWeights = 0;
  private stops = 0;
  private mostSteps = 1;
  /** Since the latest step of training. */
  private edits: Edit[] = [];

  constructor(private readonly engine: Engine) {}

  /** Requests go one after the other; while one is under way no frame of training is asked for. */
  private enqueue<T>(task: () => Promise<T>): Promise<T> {
    this.waiting += 1;
    const result = this.tail.then(task);
    this.tail = result.catch(() => undefined).finally(() => (this.waiting -= 1));
    return result;
  }

  get busy(): boolean {
    return this.waiting > 0;
  }

  /** Both nets have: no step is left to take. */
  get diverged(): boolean {
    return this.state !== null && this.state.plain.divergedAt !== null && this.state.dropout.divergedAt !== null;
  }

  /** Steps were taken, and both nets take more: settings that allow it can change on the way. */
  get underWay(): boolean {
    const { state } = this;
    return state !== null && state.step > 0 && state.plain.divergedAt === null && state.dropout.divergedAt === null;
  }

  get canUndo(): boolean {
    return this.edits.length > 0;
  }

  /** New nets. When the engine refuses, everything is as it was; of several asked for while one is being made only the last is made. */
  async reset(config: LabConfig, { saved, step, edited, changes }: Progress = fresh): Promise<"done" | "refused" | "superseded"> {
    const mine = ++this.resets;
    return this.enqueue(async () => {
      if (mine !== this.resets) return "superseded";
      const whole = { start: config, changes };
      const first = saved ? settingsNow(whole) : config;
      let made;
      try {
        made = await this.engine.reset(first);
      } catch (error) {
        if (mine !== this.resets) return "superseded"; // what was asked for since is not to be taken back
        this.onError(sentence(error));
        return "refused";
      }
      this.nets += 1;
      this.train = made.train;
      this.validation = made.validation;
      const given = config.data.kind === "own" ? config.data.own?.names : undefined;
      this.names = Array.from({ length: made.train.classes }, (_, label) => given?.[label] ?? String(label));
      this.range = rangeOf(made.train, made.validation);
      this.history = new History();
      this.run = { start: first, changes: [] };
      this.edited = false;
      this.mostSteps = stepsOfOneRequest(config);
      this.note(made.state);
      try {
        if (saved) {
          const restored = await this.engine.restore(saved);
          this.train = restored.train;
          this.run = whole;
          this.history = new History(); // nothing was computed on the way there
          this.note(restored.state);
          this.edited = edited;
        } else if (step > 0) {
          this.onReset();
          await this.replay(whole, step, () => mine === this.resets);
        }
      } catch (error) {
        this.onError(sentence(error));
      }
      await this.draw(true);
      this.onReset();
      this.onChange();
      return "done";
    });
  }

  /** Takes a link's steps again, until stop() or something newer. */
  private async replay(whole: Run, step: number, wanted: () => boolean): Promise<void> {
    const { stops } = this;
    this.replaying = step;
    this.onPlaying();
    let pictures = 0;
    try {
      for (const { until, then } of partsOf(whole, step)) {
        await this.trainTo(until, Math.ceil(step / replays), () => wanted() && stops === this.stops, async () => {
          if (pictures++ % replaysBetweenPictures === 0) await this.draw(false);
        });
        if (this.state?.step !== until) return; // stopped, or diverged
        if (then) await this.takeUp(then);
      }
    } finally {
      this.replaying = null;
      this.onPlaying();
    }
  }

  /** Trains up to a step, by requests that are short enough to be stopped between them. */
  private async trainTo(step: number, atOnce: number, goOn: () => boolean, between: () => Promise<void> = async () => {}): Promise<void> {
    while (this.state && this.state.step < step && !this.diverged && goOn()) {
      this.note(await this.engine.train(Math.min(atOnce, this.mostSteps, step - this.state.step)));
      await between();
      this.onChange();
    }
  }

  /** The net whose weights and masks the diagram has. */
  async showDiagramOf(side: Side): Promise<void> {
    this.diagramOf = side;
    await this.enqueue(() => this.readDiagram());
    this.onChange();
  }

  play(): void {
    if (this.playing) return;
    this.playing = true;
    this.onPlaying();
  }

  pause(): void {
    if (!this.playing) return;
    this.playing = false;
    this.onPlaying();
    void this.enqueue(() => this.draw(true)).then(this.onChange, () => undefined);
  }

  /** Pauses, and ends a replay or a long request to train where it stands. */
  stop(): void {
    this.stops += 1;
    this.pause();
  }

  /** Once a frame of the screen: at most one request is under way. */
  tick(): void {
    if (this.playing && this.diverged) this.pause();
    if (this.playing && !this.busy) void this.advance(() => this.speed, false);
  }

  /** How many steps is asked when their turn comes: nets that are still being made may have other epochs. */
  async advance(steps: (state: State | null) => number, withDiagram = true): Promise<void> {
    this.advances += 1;
    const { stops } = this;
    await this.enqueue(async () => {
      this.advances -= 1;
      try {
        const wanted = steps(this.state);
        await this.trainTo((this.state?.step ?? 0) + wanted, wanted, () => stops === this.stops);
        // Nobody would see the pictures between those that were asked for in a row.
        if (this.advances === 0) await this.draw(withDiagram || this.frame++ % framesBetweenDiagrams === 0);
      } catch (error) {
        this.playing = false;
        this.onPlaying();
        this.onError(sentence(error));
      }
      this.onChange();
    });
  }

  /** Goes on from the present step with another learning rate or other keep_probs; whether it could. */
  change(settings: LabConfig): Promise<boolean> {
    const mine = this.resets;
    return this.enqueue(async () => {
      if (mine !== this.resets) return true; // the nets are no more
      try {
        await this.takeUp(settings);
        await this.draw(true);
      } catch (error) {
        this.onError(sentence(error));
        return false;
      }
      this.onChange();
      return true;
    });
  }

  /** The scores stay as they are; the next step's masks do not. */
  private async takeUp(settings: LabConfig): Promise<void> {
    if (!this.run || !this.state) return;
    await this.engine.change(settings);
    this.run = changedAt(this.run, this.state.step, settings);
    this.version += 1;
  }

  /** Of the batch that the next step takes, or of one example: the first where the training points are fewer. */
  trace(side: Side, followed: Followed, mode: "train" | "test"): Promise<Trace> {
    return this.enqueue(async () => {
      const total = this.train.labels.length;
      const examples = followed.kind === "batch" ? await this.engine.nextBatch() : [followed.example < total ? followed.example : 0];
      return this.engine.trace(side, examples, mode);
    });
  }

  /** What the hidden units are over the plane, of the net in the diagram. */
  units(resolution: number): Promise<Tensor[]> {
    return this.enqueue(() => this.engine.units(this.diagramOf, resolution, this.range));
  }

  ensemble(masks: number, shown: number): Promise<Ensemble> {
    return this.enqueue(async () => {
      const [made, test] = await Promise.all([
        this.engine.ensemble(masks, shown, thinned, this.range),
        this.engine.boundary("dropout", thinned, this.range),
      ]);
      const over = (cells: Cells): Boundary => ({ resolution: thinned, ...cells });
      const { step, dropout } = this.state as State;
      return { ...made, members: made.members.map(over), mean: over(made.mean), test: over(test), testAccuracy: dropout.validationAccuracy, step };
    });
  }

  numericGradient(side: Side, tensor: string, index: number, examples: number[], mode: "train" | "test") {
    return this.enqueue(() => this.engine.numericGradient(side, tensor, index, examples, mode));
  }

  /** An edit of nets that are no more when its turn comes is left undone. */
  edit(place: Place, before: number, value: number, nets: number): Promise<void> {
    return this.enqueue(async () => {
      if (nets !== this.nets) return;
      const state = await this.set(place, value);
      this.edits.push({ place, before, edited: this.edited });
      this.edited = true;
      await this.show(state);
    });
  }

  /** Takes back the latest edit since the latest step of training. */
  undo(): Promise<void> {
    return this.enqueue(async () => {
      const latest = this.edits.pop();
      if (!latest) return;
      const state = await this.set(latest.place, latest.before);
      this.edited = latest.edited;
      await this.show(state);
    });
  }

  /** Of one net, and the step that they are of. */
  weightsOf(side: Side): Promise<{ step: number; weights: Tensor[] }> {
    return this.enqueue(async () => ({ step: this.state?.step ?? 0, weights: await this.engine.weights(side) }));
  }

  save(): Promise<Float64Array> {
    return this.enqueue(() => this.engine.save());
  }

  private async set(place: Place, value: number): Promise<State> {
    if ("name" in place) return this.engine.setWeight(place.side, place.name, place.index, value);
    const state = await this.engine.setInput(place.example, place.column, value);
    this.train.x[2 * place.example + place.column] = value;
    return state;
  }

  private async show(state: State): Promise<void> {
    this.note(state, true);
    await this.draw(true);
    this.onChange();
  }

  private note(state: State, jump = false): void {
    if (state.step !== this.state?.step || !jump) this.edits = [];
    this.version += 1;
    this.state = { ...state, plain: told(state.plain), dropout: told(state.dropout) };
    this.history.add(this.state, jump);
  }

  private async draw(withDiagram: boolean): Promise<void> {
    const resolution = this.playing || this.replaying !== null ? moving : resting;
    const [plain, dropout] = await Promise.all([
      this.engine.boundary("plain", resolution, this.range),
      this.engine.boundary("dropout", resolution, this.range),
      withDiagram ? this.readDiagram() : null,
    ]);
    this.picture = { plain: { resolution, ...plain }, dropout: { resolution, ...dropout } };
  }

  private async readDiagram(): Promise<void> {
    const side = this.diagramOf;
    const [weights, batch] = await Promise.all([this.engine.weights(side), this.engine.nextBatch()]);
    this.weights = weights;
    this.netsOfWeights = this.nets;
    const trace = side === "dropout" ? await this.engine.trace(side, batch.slice(0, 1), "train") : null;
    this.masks = trace ? masksOf(trace) : [];
  }
}

/** Of a net that has diverged no score is told: those of its last weights mean nothing. */
function told(scores: Evaluation): Evaluation {
  if (scores.divergedAt === null) return scores;
  const none = Number.NaN;
  return { ...scores, trainLoss: none, trainAccuracy: none, validationLoss: none, validationAccuracy: none };
}

export function stepsOfOneRequest({ hidden, batchSize, data }: LabConfig): number {
  const widths = [2, ...hidden.map(({ width }) => width), Math.max(2, data.classes)];
  const weights = widths.slice(1).reduce((sum, width, index) => sum + width * (widths[index] as number), 0);
  return Math.max(1, Math.floor(mostWork / (weights * batchSize)));
}

/** For every hidden layer its mask, or null where it drops nothing. */
export function masksOf({ operations }: Trace): (Float64Array | null)[] {
  const masks: (Float64Array | null)[] = [];
  for (const { kind, forward } of operations) {
    if (kind === "relu") masks.push(null);
    else if (kind === "dropout") masks[masks.length - 1] = forward.cache.find(({ name }) => name === "mask")?.values ?? null;
  }
  return masks;
}

export function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

/** Room for the farthest point and a little more, but for a few that noise threw far out. */
function rangeOf(...sets: Points[]): number {
  const sizes = sets.flatMap(({ x }) => Array.from(x, Math.abs)).sort((a, b) => a - b);
  const reach = sizes[Math.floor(0.995 * (sizes.length - 1))] ?? 1;
  return Math.ceil(Math.min(4, Math.max(1.1, reach * 1.08)) * 10) / 10;
}
