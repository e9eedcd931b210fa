// What the nets were trained with: the settings that they were made by, and what was changed while they trained.
import type { LabConfig } from "./engine/api";
import { count } from "./numbers";

/** From this step on another learning rate and other keep_probs, one for every hidden layer. */
export interface Change {
  step: number;
  learningRate: number;
  keepProbs: number[];
}

/** The changes in the order of their steps: with them the settings tell the weights at every step. */
export interface Run {
  start: LabConfig;
  changes: Change[];
}

export const keepProbsOf = ({ hidden }: LabConfig): number[] => hidden.map(({ keepProb }) => keepProb);

const withChange = (config: LabConfig, { learningRate, keepProbs }: Change): LabConfig => ({
  ...config,
  hidden: config.hidden.map((layer, index) => ({ ...layer, keepProb: keepProbs[index] ?? layer.keepProb })),
  optimizer: { ...config.optimizer, learningRate },
});

/** The settings after all changes. */
export const settingsNow = ({ start, changes }: Run): LabConfig => changes.reduce(withChange, start);

/** The run with other settings from that step on: of several at one step the last one counts. */
export function changedAt({ start, changes }: Run, step: number, settings: LabConfig): Run {
  const before = { start, changes: changes.filter((change) => change.step !== step) };
  if (JSON.stringify(settingsNow(before)) === JSON.stringify(settings)) return before;
  return { start, changes: [...before.changes, { step, learningRate: settings.optimizer.learningRate, keepProbs: keepProbsOf(settings) }] };
}

/** Whether nets that are trained with the one can go on with the other. */
export function canGoOn(from: LabConfig, to: LabConfig): boolean {
  const rest = (config: LabConfig): string =>
    JSON.stringify({ ...config, hidden: config.hidden.map(({ width }) => width), optimizer: { ...config.optimizer, learningRate: 0 } });
  return rest(from) === rest(to);
}

/** The parts that a run up to `step` has: so far with the settings before, then with these; null after the last. */
export function partsOf({ start, changes }: Run, step: number): { until: number; then: LabConfig | null }[] {
  const within = changes.filter((change) => change.step < step);
  const parts = within.map((change, index) => ({ until: change.step, then: settingsNow({ start, changes: within.slice(0, index + 1) }) }));
  return [...parts, { until: step, then: null }];
}

const differing = (name: string, from: number | string, to: number | string): string => (from === to ? "" : `${name} ${from} → ${to}`);

const told = 3;

/** Empty where nothing was changed. */
export function changesInWords({ start, changes }: Run): string {
  let before = start;
  const words = changes.map((change) => {
    const now = withChange(before, change);
    const what = [
      differing("learning rate", before.optimizer.learningRate, now.optimizer.learningRate),
      differing("keep", keepProbsOf(before).join("-"), keepProbsOf(now).join("-")),
    ];
    before = now;
    return `at step ${count(change.step)} ${what.filter((part) => part !== "").join(", ")}`;
  });
  if (words.length === 0) return "";
  const left = words.length - told;
  return `Changed on the way: ${left > 0 ? `${left} before; ` : ""}${words.slice(-told).join("; ")}.`;
}
