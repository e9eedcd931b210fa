// What scripts/lab.sh builds beside this file, thinnet.js and thinnet.wasm, out of examples/lab/engine/binding.cpp.
import type { Engine, Points, Side, State, Tensor, Trace } from "../api";

/** The numbers that a method takes or gives are those of api.ts; a config comes as JSON. */
export interface Lab {
  trainPoints(): Points;
  validationPoints(): Points;
  train(steps: number): void;
  state(): State;
  boundary(side: Side, resolution: number, range: number): Awaited<ReturnType<Engine["boundary"]>>;
  weights(side: Side): Tensor[];
  setWeight(side: Side, name: string, index: number, value: number): void;
  setInput(example: number, column: number, value: number): void;
  nextBatch(): number[];
  trace(side: Side, examples: number[], mode: "train" | "test"): Trace;
  numericGradient(
    side: Side,
    tensor: string,
    index: number,
    examples: number[],
    mode: "train" | "test",
  ): Awaited<ReturnType<Engine["numericGradient"]>>;
  save(): Float64Array;
  restore(saved: Float64Array): void;
  /** Gives its memory back: JavaScript does not see that of WebAssembly. */
  delete(): void;
}

export interface Thinnet {
  Lab: new (config: string) => Lab;
}

export default function load(): Promise<Thinnet>;
