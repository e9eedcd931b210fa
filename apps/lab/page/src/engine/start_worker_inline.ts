// Instead of start_worker.ts where the page is one file: the worker's script stands in the page.
import EngineWorker from "./worker?worker&inline";

export const startWorker = (): Worker => new EngineWorker();
