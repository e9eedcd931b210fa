// The engine as the page sees it: every method is a message to the worker and a promise of its answer. The library itself,
// generated/thinnet.js and thinnet.wasm, is built by scripts/lab.sh.
import type { Engine } from "./api";
import type { Answer, Request } from "./messages";
import { startWorker } from "./start_worker";

const workers = new WeakMap<Engine, Worker>();

/** Stops its worker: what was asked of it is not answered any more. */
export const endEngine = (engine: Engine): void => workers.get(engine)?.terminate();

export function createEngine(): Engine {
  const worker = startWorker();
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  let requests = 0;
  let stopped: Error | undefined;

  worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
    const request = waiting.get(data.id);
    waiting.delete(data.id);
    if ("error" in data) request?.reject(new Error(data.error));
    else request?.resolve(data.result);
  });
  // The worker itself could not start: whoever asks would wait for ever.
  worker.addEventListener("error", ({ message }) => {
    stopped = new Error(`the engine has stopped: ${message || "it could not be loaded"}`);
    for (const { reject } of waiting.values()) reject(stopped);
    waiting.clear();
  });

  const ask =
    (method: keyof Engine) =>
    (...parameters: unknown[]): Promise<unknown> =>
      new Promise((resolve, reject) => {
        if (stopped) {
          reject(stopped);
          return;
        }
        const id = ++requests;
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, method, parameters } satisfies Request);
      });

  const methods: { [Name in keyof Engine]: null } = {
    reset: null,
    change: null,
    train: null,
    conclude: null,
    boundary: null,
    units: null,
    ensemble: null,
    weights: null,
    setWeight: null,
    setInput: null,
    save: null,
    restore: null,
    nextBatch: null,
    trace: null,
    numericGradient: null,
  };
  const names = Object.keys(methods) as (keyof Engine)[];
  const engine = Object.fromEntries(names.map((name) => [name, ask(name)])) as unknown as Engine;
  workers.set(engine, worker);
  return engine;
}
