// What the page may ask of the engine: the library's own C++, compiled to WebAssembly and run in a Web Worker.

export type DataKind = "moons" | "circles" | "xor" | "spiral" | "blobs" | "own";

/** x holds two numbers a point. */
export interface Points {
  x: Float64Array;
  labels: Int32Array;
  classes: number;
}

/** `classes` counts for blobs (2 to 5) and for own points; the other kinds have as many as they have. */
export interface DataConfig {
  kind: DataKind;
  count: number;
  noise: number;
  classes: number;
  validationShare: number;
  own?: { x: number[]; labels: number[] };
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

/** Two nets train side by side: the left without dropout, the right with it. */
export type Side = "plain" | "dropout";

export interface Scores {
  trainLoss: number;
  trainAccuracy: number;
  validationLoss: number;
  validationAccuracy: number;
}

export interface State {
  step: number;
  epoch: number;
  stepsPerEpoch: number;
  plain: Scores;
  dropout: Scores;
}

export interface Tensor {
  name: string;
  rows: number;
  columns: number;
  values: Float64Array;
}

/** One operation of a trace: what went in, what the layer kept, what came out; then the same on the way back. */
export interface Operation {
  kind: "affine" | "relu" | "dropout" | "loss";
  name: string;
  keepProb?: number;
  forward: { inputs: Tensor[]; cache: Tensor[]; outputs: Tensor[] };
  backward: { inputs: Tensor[]; outputs: Tensor[] };
}

export interface Trace {
  examples: number[];
  labels: number[];
  loss: number;
  operations: Operation[];
}

export interface Engine {
  /** Throws an Error with one clear sentence for a bad config. */
  reset(config: LabConfig): Promise<{ train: Points; validation: Points; state: State }>;
  /** As many optimiser steps on both nets. */
  train(steps: number): Promise<State>;
  /** A grid over [-range, range]². */
  boundary(side: Side, resolution: number, range: number): Promise<{ classes: Uint8Array; confidence: Float32Array }>;
  /** affine1.w, affine1.b, … */
  weights(side: Side): Promise<Tensor[]>;
  setWeight(side: Side, name: string, index: number, value: number): Promise<State>;
  setWeights(side: Side, tensors: Tensor[]): Promise<State>;
  /** What training and editing have changed since reset: weights, moments, step, edited inputs. */
  save(): Promise<Float64Array>;
  /** After a reset with the same config: training goes on to the same bits. Refuses, changing nothing, what does not fit. */
  restore(saved: Float64Array): Promise<{ train: Points; state: State }>;
  /** The training examples that the next step takes. */
  nextBatch(): Promise<number[]>;
  /** `examples` are indices into the training set. */
  trace(side: Side, examples: number[], mode: "train" | "test"): Promise<Trace>;
  setInput(example: number, column: number, value: number): Promise<State>;
  /** `tensor` is a parameter's name or "x". */
  numericGradient(
    side: Side,
    tensor: string,
    index: number,
    examples: number[],
    mode: "train" | "test",
  ): Promise<{ analytic: number; numeric: number; relativeError: number }>;
}
