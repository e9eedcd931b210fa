// What the page may ask of the engine: the library's own C++, compiled to WebAssembly and run in a Web Worker.

export type DataKind = "moons" | "circles" | "xor" | "spiral" | "blobs" | "own";

/** x holds two numbers a point. */
export interface Points {
  x: Float64Array;
  labels: Int32Array;
  classes: number;
}

/** `names` are those of the classes, where a file gave them. */
export interface OwnPoints {
  x: number[];
  labels: number[];
  names?: string[];
}

/**
 * `count` counts training and validation together. `noise` is a standard deviation: of both coordinates, but for the spiral of
 * the angle. `classes` counts for blobs (2 to 5) and for own points (2 to 10); the other kinds have as many as they have. Own
 * points are used as they are: scale them to about [-1, 1], where made-up points lie.
 */
export interface DataConfig {
  kind: DataKind;
  count: number;
  noise: number;
  classes: number;
  validationShare: number;
  own?: OwnPoints;
}

export interface HiddenLayer {
  width: number;
  keepProb: number;
}

export type OptimizerConfig = {
  kind: "sgd" | "momentum" | "adam";
  learningRate: number;
  momentum: number;
  weightDecay: number;
};

export interface LabConfig {
  data: DataConfig;
  hidden: HiddenLayer[];
  optimizer: OptimizerConfig;
  batchSize: number;
  seed: number;
}

/** Two nets train side by side: the left without dropout (its keepProbs are not read), the right with it. */
export type Side = "plain" | "dropout";

/**
 * Mean losses in nats, and shares of points that are right, all in test mode. `divergedAt` is the step at which the loss was above a
 * million nats, or no number: that net has stopped there.
 */
export interface Evaluation {
  trainLoss: number;
  trainAccuracy: number;
  validationLoss: number;
  validationAccuracy: number;
  divergedAt: number | null;
}

/** `epoch` counts those that are complete. */
export interface State {
  step: number;
  epoch: number;
  stepsPerEpoch: number;
  plain: Evaluation;
  dropout: Evaluation;
}

export interface Tensor {
  name: string;
  rows: number;
  columns: number;
  values: Float64Array;
}

/**
 * One operation of a trace: what went in, what the layer kept, what came out; then the same on the way back. Tensors are named
 * as in the library's comments, without the operation: x w b out dout dx dw db, mask (dropout's, in train mode only); ReLU keeps its out;
 * the loss has scores, labels, probabilities, loss and dscores. "affine1" and "w" make the parameter's name "affine1.w". The update,
 * of affine's in train mode, has what the optimizer remembers (m_w v_w m_b v_b, as far as it does) and what its step makes of all: m_w′ … w′ b′.
 */
export interface Operation {
  kind: "affine" | "relu" | "dropout" | "loss";
  name: string;
  keepProb?: number;
  forward: { inputs: Tensor[]; cache: Tensor[]; outputs: Tensor[] };
  backward: { inputs: Tensor[]; outputs: Tensor[] };
  update: { inputs: Tensor[]; outputs: Tensor[] };
}

/** The settings with the learning rate of now, Adam's constants, and the number of Adam's step, from 1 on. */
export type OptimizerNumbers = OptimizerConfig & { beta1: number; beta2: number; epsilon: number; t: number };

/** The class of every cell, and its probability. */
export interface Cells {
  classes: Uint8Array;
  confidence: Float32Array;
}

export interface Trace {
  examples: number[];
  labels: number[];
  loss: number;
  operations: Operation[];
  /** In train mode. */
  optimizer: OptimizerNumbers;
}

/** Of the mean over seeds: mean ± half is its interval; of one seed there is none. The words go no further than it does. */
export interface Conclusion {
  mean: number;
  half: number | null;
  words: string;
}

export interface Engine {
  /** Throws an Error with one clear sentence for a bad config. */
  reset(config: LabConfig): Promise<{ train: Points; validation: Points; state: State }>;
  /** Goes on from where the nets are with another learning rate or other keep_probs; all else has to be as it was. */
  change(config: LabConfig): Promise<void>;
  /** As many optimizer steps on both nets, but on none that has diverged. */
  train(steps: number): Promise<State>;
  /**
   * What dropout changes, by the study's rule: from every seed's gap with dropout less that without, and the same of validation
   * accuracy, intervals that hold together with 95 %. Needs no net.
   */
  conclude(gaps: number[], validations: number[]): Promise<{ gap: Conclusion; validation: Conclusion }>;
  /** A value in the middle of each of resolution² cells of [-range, range]², row by row from the top left, as an image has them. */
  boundary(side: Side, resolution: number, range: number): Promise<Cells>;
  /** Of every hidden layer what its units are after ReLU in test mode, over the same cells: a row for each unit. */
  units(side: Side, resolution: number, range: number): Promise<Tensor[]>;
  /**
   * The thinned nets that so many masks leave of the net with dropout, mask k being that of example k at the present step: the first
   * `shown` over the plane, every one's validation accuracy, and the mean of all their probabilities with its own.
   */
  ensemble(masks: number, shown: number, resolution: number, range: number): Promise<{ members: Cells[]; accuracies: Float64Array; mean: Cells; meanAccuracy: number }>;
  /** affine1.w, affine1.b, … */
  weights(side: Side): Promise<Tensor[]>;
  setWeight(side: Side, name: string, index: number, value: number): Promise<State>;
  /** What training and editing have changed since reset: weights, moments, step, edited inputs. */
  save(): Promise<Float64Array>;
  /** After a reset with the same config: training goes on to the same bits. Refuses, changing nothing, what does not fit. */
  restore(saved: Float64Array): Promise<{ train: Points; state: State }>;
  /** The training examples that the next step takes. */
  nextBatch(): Promise<number[]>;
  /**
   * `examples` are indices into the training set. In train mode the masks are those that the next training step would give these
   * examples, and does give them if they are nextBatch().
   */
  trace(side: Side, examples: number[], mode: "train" | "test"): Promise<Trace>;
  setInput(example: number, column: number, value: number): Promise<State>;
  /**
   * Of the loss, by one entry of a parameter ("affine1.w") or of "x", the examples' coordinates; of the same pass as trace's.
   * `atKink` tells that some ReLU's input is so close to 0 that the numeric one cannot be trusted.
   */
  numericGradient(
    side: Side,
    tensor: string,
    index: number,
    examples: number[],
    mode: "train" | "test",
  ): Promise<{ analytic: number; numeric: number; relativeError: number; atKink: boolean }>;
}
