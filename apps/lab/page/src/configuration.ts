// What can be set, within which bounds, and what it is at first.
import type { DataKind, LabConfig, OptimizerConfig } from "./engine/api";
import { mostClasses } from "./palette";

export interface Bounds {
  least: number;
  most: number;
  whole?: boolean;
}

export const bounds = {
  count: { least: 10, most: 2000, whole: true },
  noise: { least: 0, most: 1 },
  classes: { least: 2, most: mostClasses, whole: true },
  validationShare: { least: 0.1, most: 0.9 },
  layers: { least: 0, most: 5, whole: true },
  width: { least: 1, most: 64, whole: true },
  keepProb: { least: 0.05, most: 1 },
  learningRate: { least: 1e-5, most: 10 },
  momentum: { least: 0, most: 0.999 },
  weightDecay: { least: 0, most: 1 },
  batchSize: { least: 1, most: 2000, whole: true },
  seed: { least: 0, most: 4294967295, whole: true },
  speed: { least: 1, most: 200, whole: true },
  tour: { least: 1, most: 99, whole: true },
  step: { least: 0, most: 1e9, whole: true },
  /** Steps that a page takes again for a link without weights: a minute or two. */
  replay: { least: 0, most: 100000, whole: true },
} satisfies Record<string, Bounds>;

export const within = (value: number, { least, most, whole }: Bounds): boolean =>
  value >= least && value <= most && (!whole || Number.isInteger(value));

export const clamp = (value: number, { least, most }: Bounds): number => Math.min(most, Math.max(least, value));

export const dataKinds: { kind: DataKind; label: string }[] = [
  { kind: "moons", label: "Moons" },
  { kind: "circles", label: "Circles" },
  { kind: "xor", label: "XOR" },
  { kind: "spiral", label: "Spiral" },
  { kind: "blobs", label: "Blobs" },
  { kind: "own", label: "Your own" },
];

/** That a link can leave out. */
export const panels = ["tour", "links", "settings", "curves", "net", "seeds", "ensemble"] as const;
export type Panel = (typeof panels)[number];

export const optimizerKinds: { kind: OptimizerConfig["kind"]; label: string }[] = [
  { kind: "sgd", label: "SGD" },
  { kind: "momentum", label: "Momentum" },
  { kind: "adam", label: "Adam" },
];

/** Own points are few, and half of them is to be trained on; of made-up ones there are enough to judge by. */
export const usualValidation = (kind: DataKind): number => (kind === "own" ? 0.5 : 0.8);

/**
 * Few and noisy points to train on and a wide net: overfits within seconds, so that dropout has something to do. Many points to
 * judge by: with the net's dropout validation accuracy is ahead from step 120 to 600 and over 20 seeds too.
 */
export const firstConfiguration = (): LabConfig => ({
  data: { kind: "moons", count: 250, noise: 0.3, classes: 3, validationShare: usualValidation("moons") },
  hidden: [
    { width: 32, keepProb: 0.5 },
    { width: 32, keepProb: 0.5 },
  ],
  optimizer: { kind: "adam", learningRate: 0.01, momentum: 0.9, weightDecay: 0 },
  batchSize: 10,
  seed: 0,
});
