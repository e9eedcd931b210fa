// The chain rule written out: the gradient that a step computes, from the loss on.
import type { Operation, Trace } from "./engine/api";
import { symbolsOf, type Part } from "./notation";
import { hasMask, type Step } from "./steps";

/** "affine12" -> "₁₂" */
const numberOf = ({ name }: Operation): string => name.replace(/\D/g, "").replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)] as string);

/** Null on the way forward, and for the loss, whose own equation is all there is. */
export function chainOf({ operations }: Trace, { operation, place, way }: Step): Part[] | null {
  const loss = operations[operations.length - 1] as Operation;
  if (way === "forward" || operation === loss) return null;
  let chain: Part[] = [symbolsOf(loss)("dscores")];
  let sign: "·" | "∘" | null = null;
  const join = (next: "·" | "∘", ...factor: Part[]): void => {
    if (sign && sign !== next) chain = ["(", ...chain, ")"];
    sign = next;
    chain.push(next, ...factor);
  };
  const back = (through: Operation): void => {
    const symbol = symbolsOf(through);
    const number = numberOf(through);
    if (through.kind === "affine") join("·", symbol("w", `w${number}ᵀ`, true));
    else if (through.kind === "relu") join("∘", "[", symbol("out", `out${number}`), "> 0 ]");
    else if (hasMask(through)) join("∘", symbol("mask", `mask${number}`), `/ ${through.keepProb}`);
  };
  operations.slice(place + 1, -1).reverse().forEach(back);
  const symbol = symbolsOf(operation);
  if (operation.kind !== "affine") {
    back(operation);
    return [symbol("dx"), "=", ...chain];
  }
  const number = numberOf(operation);
  return [symbol("dw", `∂L/∂w${number}`), "=", symbol("x", `x${number}ᵀ`, true), "·", ...(sign ? ["(", ...chain, ")"] : chain)];
}
