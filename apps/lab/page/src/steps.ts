// The walk through a net: every operation forward, then backward, and what the optimizer makes of each layer's gradients.
import type { Operation, OptimizerNumbers, Side, Tensor, Trace } from "./engine/api";

export type Way = "forward" | "backward" | "update";

/** One operation in one direction. */
export interface Step {
  operation: Operation;
  /** Its place in the net. */
  place: number;
  way: Way;
  optimizer: OptimizerNumbers;
}

export function stepsOf({ operations, optimizer }: Trace): Step[] {
  const go = (way: Way): Step[] => operations.map((operation, place) => ({ operation, place, way, optimizer }));
  return [...go("forward"), ...go("backward").reverse(), ...go("update").filter(({ operation }) => operation.update.outputs.length > 0)];
}

export const nameOf = ({ operation, way }: Step): string => `${operation.name} ${way}`;

/** The names of all steps forward and back, as links of the first version count them. */
export function stepNames(layers: number, side: Side): string[] {
  const hidden = Array.from({ length: layers }, (_, index) => [`affine${index + 1}`, `relu${index + 1}`, ...(side === "dropout" ? [`dropout${index + 1}`] : [])]);
  const names = [...hidden.flat(), `affine${layers + 1}`, "loss"];
  return [...names.map((name) => `${name} forward`), ...names.map((name) => `${name} backward`).reverse()];
}

/**
 * The place of the step of that name. In a net without it: where there is no dropout the ReLU before it, where nothing is updated
 * the way back, where the layers are fewer the last operation of its kind.
 */
export function placeOf(steps: Step[], wanted: string): number {
  const names = steps.map(nameOf);
  const [, kind, number, asked] = /^([a-z]+)(\d*) (\w+)$/.exec(wanted) ?? [];
  const kinds = kind === "dropout" ? ["dropout", "relu"] : [kind];
  const way = asked === "update" && !steps.some((step) => step.way === "update") ? "backward" : asked;
  for (let layer = Number(number); layer > 0; --layer)
    for (const one of kinds) {
      const found = names.indexOf(`${one}${layer} ${way}`);
      if (found >= 0) return found;
    }
  // Hidden layers may be gone altogether.
  return Math.max(0, names.indexOf(kind === "loss" ? wanted : `affine1 ${way}`));
}

const tensorsOf = ({ forward, backward, update }: Operation): Tensor[] => [
  ...forward.inputs, ...forward.outputs, ...backward.inputs, ...backward.outputs, ...update.inputs, ...update.outputs, ...forward.cache,
];

export const hasTensor = (operation: Operation, name: string): boolean => tensorsOf(operation).some((tensor) => tensor.name === name);

export function tensorOf(operation: Operation, name: string): Tensor {
  const found = tensorsOf(operation).find((tensor) => tensor.name === name);
  if (!found) throw new Error(`the operation has no ${name}`);
  return found;
}

/** Whether the tensor has a row for every example. */
export const isOfExamples = ({ way }: Step, name: string): boolean => way !== "update" && !["w", "b", "dw", "db", "loss"].includes(name);

/** Dropout's, in train mode only. */
export const hasMask = ({ forward }: Operation): boolean => forward.cache.some(({ name }) => name === "mask");
