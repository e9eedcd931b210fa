// What the optimizer makes of a gradient, in the formulas of optim/sgd.hpp and optim/adam.hpp. The numbers are the engine's.
import type { OptimizerNumbers } from "./engine/api";
import { Sum, symbolsOf, type Explanation, type Part, type Term } from "./notation";
import { plain } from "./numbers";
import type { Step } from "./steps";

/** Weights are decayed, biases are not. */
const decays = ({ weightDecay }: OptimizerNumbers, parameter: string): boolean => weightDecay > 0 && parameter === "w";

export function updateEquations({ operation, optimizer }: Step): Part[][] {
  const { kind, learningRate, momentum, weightDecay, beta1, beta2, epsilon, t } = optimizer;
  const symbol = symbolsOf(operation);
  const decay = decays(optimizer, "w");
  const g: Part[] = decay ? ["(", symbol("dw"), "+ λ ·", symbol("w"), ")"] : [symbol("dw")];
  const constants = (...texts: string[]): Part[] => [[`η = ${plain(learningRate)}`, ...texts, ...(decay ? [`λ = ${plain(weightDecay)}`] : [])].join(", ")];
  switch (kind) {
    case "sgd":
      return [[symbol("w′"), "=", symbol("w"), "− η ·", ...g], constants()];
    case "momentum":
      return [
        [symbol("v_w′"), "= μ ·", symbol("v_w"), "− η ·", ...g],
        [symbol("w′"), "=", symbol("w"), "+", symbol("v_w′")],
        constants(`μ = ${plain(momentum)}`),
      ];
    case "adam":
      return [
        [symbol("m_w′"), "= β₁ ·", symbol("m_w"), "+ ( 1 − β₁ ) ·", ...g],
        [symbol("v_w′"), "= β₂ ·", symbol("v_w"), "+ ( 1 − β₂ ) ·", ...g, "²"],
        [symbol("w′"), "=", symbol("w"), "− η · m̂ / ( √v̂ + ε )"],
        ["m̂ =", symbol("m_w′"), "/ ( 1 − β₁ᵗ ),  v̂ =", symbol("v_w′"), "/ ( 1 − β₂ᵗ )"],
        constants(`β₁ = ${plain(beta1)}`, `β₂ = ${plain(beta2)}`, `ε = ${plain(epsilon)}`, `t = ${t}`),
      ];
  }
}

const purposes: Record<OptimizerNumbers["kind"], string> = {
  sgd: "Every weight goes a step against its gradient: η times as long as the gradient is large.",
  momentum: "The velocity keeps the share μ of itself and turns a little against the gradient. The weight goes where it points.",
  adam: "m and v are running means of the gradient and of its square; the hats make up for their start at 0. Divided by √v̂, the steps of all weights are about η long, however large their gradients.",
};

export const updatePurpose = ({ optimizer }: Step): string =>
  `${purposes[optimizer.kind]} b goes the same way${decays(optimizer, "w") ? ", but without the decay λ" : ""}.`;

/** Of w, b and what the optimizer remembers of them, before the step or after: the value after it. */
export function explainUpdate({ operation, optimizer }: Step, name: string, index: number, everything: boolean): Explanation | null {
  const [, moment, parameter] = /^(m_|v_)?(w|b)′?$/.exec(name) ?? [];
  if (!parameter) return null;
  const { kind, weightDecay, epsilon, t } = optimizer;
  const [rate, momentum, beta1, beta2] = [optimizer.learningRate, optimizer.momentum, optimizer.beta1, optimizer.beta2].map(plain);
  const sum = new Sum(operation, everything);
  const term = (tensor: string): Term => sum.term(tensor, index);
  const gradient = (): Term => {
    const dw = term(`d${parameter}`);
    if (!decays(optimizer, parameter)) return dw;
    const w = term(parameter);
    return [`(${dw[0]} + λ·${w[0]})`, `(${dw[1]} + ${plain(weightDecay)}·${w[1]})`];
  };
  if (moment) {
    const old = term(`${moment}${parameter}`);
    const g = gradient();
    if (kind === "momentum") sum.add(`μ·${old[0]} − η·${g[0]}`, `${momentum}·${old[1]} − ${rate}·${g[1]}`);
    else if (moment === "m_") sum.add(`β₁·${old[0]} + (1 − β₁)·${g[0]}`, `${beta1}·${old[1]} + (1 − ${beta1})·${g[1]}`);
    else sum.add(`β₂·${old[0]} + (1 − β₂)·${g[0]}²`, `${beta2}·${old[1]} + (1 − ${beta2})·${g[1]}²`);
    return sum.explain(`${moment}${parameter}′`, index);
  }
  const w = term(parameter);
  if (kind === "sgd") {
    const g = gradient();
    sum.add(`${w[0]} − η·${g[0]}`, `${w[1]} − ${rate}·${g[1]}`);
  } else if (kind === "momentum") {
    const v = term(`v_${parameter}′`);
    sum.add(`${w[0]} + ${v[0]}`, `${w[1]} + ${v[1]}`);
  } else {
    const m = term(`m_${parameter}′`);
    const v = term(`v_${parameter}′`);
    sum.add(
      `${w[0]} − η·m̂ / (√v̂ + ε), m̂ = ${m[0]} / (1 − β₁ᵗ), v̂ = ${v[0]} / (1 − β₂ᵗ)`,
      `${w[1]} − ${rate}·(${m[1]} / (1 − ${beta1}^${t})) / (√(${v[1]} / (1 − ${beta2}^${t})) + ${plain(epsilon)})`,
    );
  }
  return sum.explain(`${parameter}′`, index);
}
