// Owns the library and does what the page asks, one request after the other, beside the page's own thread.
import type { Engine } from "./api";
import load, { type Lab } from "./generated/thinnet.js";
import type { Answer, Request } from "./messages";

// Requests that come while the library loads wait in this promise.
const thinnet = load();
let lab: Lab | undefined;

function made(): Lab {
  if (!lab) throw new Error("there is no net yet");
  return lab;
}

const engine: Engine = {
  async reset(config) {
    const { Lab } = await thinnet;
    const fresh = new Lab(JSON.stringify(config)); // throws before anything is lost
    lab?.delete();
    lab = fresh;
    return { train: lab.trainPoints(), validation: lab.validationPoints(), state: lab.state() };
  },
  async change(config) {
    const { Lab } = await thinnet;
    const other = new Lab(JSON.stringify(config)); // throws before anything is lost
    try {
      other.restore(made().save());
    } catch (error) {
      other.delete();
      throw error;
    }
    lab?.delete();
    lab = other;
  },
  async train(steps) {
    made().train(steps);
    return made().state();
  },
  conclude: async (gaps, validations) => (await thinnet).conclude(gaps, validations),
  boundary: async (side, resolution, range) => made().boundary(side, resolution, range),
  units: async (side, resolution, range) => made().units(side, resolution, range),
  ensemble: async (masks, shown, resolution, range) => made().ensemble(masks, shown, resolution, range),
  weights: async (side) => made().weights(side),
  async setWeight(side, name, index, value) {
    made().setWeight(side, name, index, value);
    return made().state();
  },
  async setInput(example, column, value) {
    made().setInput(example, column, value);
    return made().state();
  },
  save: async () => made().save(),
  async restore(saved) {
    made().restore(saved);
    return { train: made().trainPoints(), state: made().state() };
  },
  nextBatch: async () => made().nextBatch(),
  trace: async (side, examples, mode) => made().trace(side, examples, mode),
  numericGradient: async (side, tensor, index, examples, mode) => made().numericGradient(side, tensor, index, examples, mode),
};

/** The memory of every typed array in a result: it is handed over and not copied. */
function buffersIn(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(buffersIn);
}

async function answer({ id, method, parameters }: Request): Promise<void> {
  try {
    const result = await (engine[method] as (...all: unknown[]) => Promise<unknown>)(...parameters);
    postMessage({ id, result } satisfies Answer, { transfer: buffersIn(result) });
  } catch (error) {
    postMessage({ id, error: error instanceof Error ? error.message : String(error) } satisfies Answer);
  }
}

// reset may have to wait for the library; what was asked after it comes after it.
let latest: Promise<void> = Promise.resolve();
addEventListener("message", ({ data }: MessageEvent<Request>) => {
  latest = latest.then(() => answer(data));
});
