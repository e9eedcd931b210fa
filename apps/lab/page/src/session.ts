// The one place that talks to the engine: what is trained, how far, and what it scored on the way.
import type { Engine, LabConfig, Points, Side, State, Tensor, Trace } from "./engine/api";
import { History } from "./history";

export interface Boundary {
  resolution: number;
  classes: Uint8Array;
  confidence: Float32Array;
}

/** How far nets are to be when they are made: from what was saved, or by as many steps as they took. */
export interface Progress {
  saved: Float64Array | null;
  step: number;
  edited: boolean;
}

export const fresh: Progress = { saved: null, step: 0, edited: false };

export interface Picture {
  plain: Boundary;
  dropout: Boundary;
}

/** Of the boundaries: coarse and quick while they move, fine when they rest. */
const moving = 64;
const resting = 128;
/** The diagram of the net, whose masks change with every step, is drawn less often than the rest: to be calm, and cheap. */
const framesBetweenDiagrams = 24;
const longestReplay = 250; // steps in one request
const replays = 300; // of a replay at least, so that its curves are smooth

export class Session {
  train: Points = { x: new Float64Array(), labels: new Int32Array(), classes: 2 };
  validation: Points = this.train;
  state: State | null = null;
  picture: Picture | null = null;
  weights: Tensor[] = [];
  /** For every hidden layer what the next step's mask is for that step's first example; null where nothing is dropped. */
  masks: (Float64Array | null)[] = [];
  history = new History();
  /** Half the side of the square that is drawn. */
  range = 1.3;
  playing = false;
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

  /** New nets. When the engine refuses, everything is as it was; of several asked for while one is being made only the last is made. */
  async reset(config: LabConfig, { saved, step, edited }: Progress = fresh): Promise<"done" | "refused" | "superseded"> {
    const mine = ++this.resets;
    return this.enqueue(async () => {
      if (mine !== this.resets) return "superseded";
      let made;
      try {
        made = await this.engine.reset(config);
      } catch (error) {
        if (mine !== this.resets) return "superseded"; // what was asked for since is not to be taken back
        this.onError(sentence(error));
        return "refused";
      }
      this.train = made.train;
      this.validation = made.validation;
      this.range = rangeOf(made.train, made.validation);
      this.history = new History();
      this.edited = false;
      this.note(made.state);
      try {
        if (saved) {
          const restored = await this.engine.restore(saved);
          this.train = restored.train;
          this.note(restored.state);
          this.edited = edited;
        } else {
          while (this.state && this.state.step < step && mine === this.resets) {
            this.note(await this.engine.train(Math.min(longestReplay, Math.ceil(step / replays), step - this.state.step)));
            this.onChange();
          }
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

  /** Once a frame of the screen: at most one request is under way. */
  tick(): void {
    if (this.playing && !this.busy) void this.advance(() => this.speed, false);
  }

  /** How many steps is asked when their turn comes: nets that are still being made may have other epochs. */
  async advance(steps: (state: State | null) => number, withDiagram = true): Promise<void> {
    this.advances += 1;
    await this.enqueue(async () => {
      this.advances -= 1;
      try {
        this.note(await this.engine.train(steps(this.state)));
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

  trace(side: Side, examples: number[], mode: "train" | "test"): Promise<Trace> {
    return this.enqueue(() => this.engine.trace(side, examples, mode));
  }

  nextBatch(): Promise<number[]> {
    return this.enqueue(() => this.engine.nextBatch());
  }

  numericGradient(side: Side, tensor: string, index: number, examples: number[], mode: "train" | "test") {
    return this.enqueue(() => this.engine.numericGradient(side, tensor, index, examples, mode));
  }

  setWeight(side: Side, name: string, index: number, value: number): Promise<void> {
    return this.edit(() => this.engine.setWeight(side, name, index, value));
  }

  setInput(example: number, column: number, value: number): Promise<void> {
    return this.edit(async () => {
      const state = await this.engine.setInput(example, column, value);
      this.train.x[2 * example + column] = value;
      return state;
    });
  }

  save(): Promise<Float64Array> {
    return this.enqueue(() => this.engine.save());
  }

  private edit(change: () => Promise<State>): Promise<void> {
    return this.enqueue(async () => {
      this.note(await change());
      this.edited = true;
      await this.draw(true);
      this.onChange();
    });
  }

  private note(state: State): void {
    this.version += 1;
    this.state = state;
    this.history.add(state);
  }

  private async draw(withDiagram: boolean): Promise<void> {
    const resolution = this.playing ? moving : resting;
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
    const trace = side === "dropout" ? await this.engine.trace(side, batch.slice(0, 1), "train") : null;
    this.masks = trace ? masksOf(trace) : [];
  }
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
