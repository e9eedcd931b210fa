// What scripts/lab.sh builds beside this file, thinnet.js and thinnet.wasm, out of apps/lab/engine/binding.cpp.
import type { Engine, Points, State } from "../api";

/** What the engine promises, at once. */
type AtOnce<Names extends keyof Engine> = {
  [Name in Names]: (...parameters: Parameters<Engine[Name]>) => Awaited<ReturnType<Engine[Name]>>;
};

/** The numbers that a method takes or gives are those of api.ts; a config comes as JSON. */
export interface Lab extends AtOnce<"boundary" | "units" | "ensemble" | "weights" | "nextBatch" | "trace" | "numericGradient" | "save"> {
  trainPoints(): Points;
  validationPoints(): Points;
  state(): State;
  train(...parameters: Parameters<Engine["train"]>): void;
  setWeight(...parameters: Parameters<Engine["setWeight"]>): void;
  setInput(...parameters: Parameters<Engine["setInput"]>): void;
  restore(...parameters: Parameters<Engine["restore"]>): void;
  /** Gives its memory back: JavaScript does not see that of WebAssembly. */
  delete(): void;
}

export interface Thinnet {
  Lab: new (config: string) => Lab;
  conclude(...parameters: Parameters<Engine["conclude"]>): Awaited<ReturnType<Engine["conclude"]>>;
}

export default function load(): Promise<Thinnet>;
