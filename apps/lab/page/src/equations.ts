// Every operation's equations, with their shapes, and with the numbers of one entry put in.
import type { Operation, Side, Tensor, Trace } from "./engine/api";
import { full, short } from "./numbers";

/** A symbol with the shape beneath it, or a sign between two. */
export type Part = string | { symbol: string; shape: string };

export interface Explanation {
  /** The entry as a sum of products with names, and the same with numbers. */
  names: string;
  numbers: string;
  result: number;
  /** The entries that went into it, by their tensor. */
  terms: Map<string, Set<number>>;
}

/** One operation in one direction. */
export interface Step {
  operation: Operation;
  /** Its place in the net. */
  place: number;
  backward: boolean;
}

export const stepsOf = ({ operations }: Trace): Step[] => [
  ...operations.map((operation, place) => ({ operation, place, backward: false })),
  ...operations.map((operation, place) => ({ operation, place, backward: true })).reverse(),
];

export const nameOf = ({ operation, backward }: Step): string => `${operation.name} ${backward ? "backward" : "forward"}`;

/** The names of all steps through a net, which the page knows before there is a trace. */
export function stepNames(layers: number, side: Side): string[] {
  const hidden = Array.from({ length: layers }, (_, index) => [`affine${index + 1}`, `relu${index + 1}`, ...(side === "dropout" ? [`dropout${index + 1}`] : [])]);
  const names = [...hidden.flat(), `affine${layers + 1}`, "loss"];
  return [...names.map((name) => `${name} forward`), ...names.map((name) => `${name} backward`).reverse()];
}

/**
 * The place of the step of that name. In a net without it: where there is no dropout the ReLU before it, where the layers are
 * fewer the last operation of its kind.
 */
export function placeOf(steps: Step[], wanted: string): number {
  const names = steps.map(nameOf);
  const [, kind, number, way] = /^([a-z]+)(\d*) (\w+)$/.exec(wanted) ?? [];
  const kinds = kind === "dropout" ? ["dropout", "relu"] : [kind];
  for (let layer = Number(number); layer > 0; --layer)
    for (const one of kinds) {
      const found = names.indexOf(`${one}${layer} ${way}`);
      if (found >= 0) return found;
    }
  // Hidden layers may be gone altogether.
  return Math.max(0, names.indexOf(kind === "loss" ? wanted : `affine1 ${way}`));
}

const mostTerms = 8;

export function tensorOf({ forward, backward }: Operation, name: string): Tensor {
  const found = [...forward.inputs, ...forward.outputs, ...backward.inputs, ...backward.outputs, ...forward.cache].find((tensor) => tensor.name === name);
  if (!found) throw new Error(`the operation has no ${name}`);
  return found;
}

const has = (operation: Operation, name: string): boolean => operation.forward.cache.some((tensor) => tensor.name === name);

/** What the step computes. */
export function equationsOf({ operation, backward }: Step): Part[][] {
  const symbol = (name: string, written = name, transposed = false): Part => {
    const { rows, columns } = tensorOf(operation, name);
    return { symbol: written, shape: transposed ? `${columns}×${rows}` : `${rows}×${columns}` };
  };
  switch (operation.kind) {
    case "affine":
      return backward
        ? [
            [symbol("dx"), "=", symbol("dout"), "·", symbol("w", "wᵀ", true)],
            [symbol("dw"), "=", symbol("x", "xᵀ", true), "·", symbol("dout")],
            [symbol("db"), "=", "Σₙ", symbol("dout")],
          ]
        : [[symbol("out"), "=", symbol("x"), "·", symbol("w"), "+", symbol("b")]];
    case "relu":
      return backward ? [[symbol("dx"), "=", symbol("dout"), "∘ [", symbol("out"), "> 0 ]"]] : [[symbol("out"), "= max(", symbol("x"), ", 0 )"]];
    case "dropout": {
      const [target, source] = backward ? ["dx", "dout"] : ["out", "x"];
      if (!has(operation, "mask")) return [[symbol(target as string), "=", symbol(source as string)]];
      return [[symbol(target as string), "=", symbol(source as string), "∘", symbol("mask"), `/ ${operation.keepProb}`]];
    }
    case "loss":
      return backward
        ? [[symbol("dscores"), "= (", symbol("probabilities"), "−", "onehot(", symbol("labels"), ") ) / N"]]
        : [
            [symbol("probabilities"), "= exp(", symbol("scores"), ") / Σ exp(", symbol("scores"), ")"],
            [symbol("loss"), "= −1/N Σₙ log", symbol("probabilities", "p[n, label]")],
          ];
  }
}

/** What the step is for, in a sentence. */
export function purposeOf({ operation, backward }: Step): string {
  switch (operation.kind) {
    case "affine":
      return backward
        ? "Every entry of x and w had a share in many outputs, and its gradient adds up over all of them. That is why w and x come back transposed."
        : "Every output is a weighted sum of the inputs, and a bias.";
    case "relu":
      return backward ? "The gradient passes where the unit was on, and stops where it was off." : "A unit below zero is switched off. What comes out shows which ones were on.";
    case "dropout":
      if (!has(operation, "mask")) return "In test mode every unit passes unchanged: the division in training has seen to that.";
      return backward
        ? "The gradient goes back through the units that stayed, by the very mask of the way forward."
        : `A unit stays with probability ${operation.keepProb}, and what stays is divided by it, so that the mean stays the same.`;
    case "loss":
      return backward
        ? "The gradient is what was said less what was true. It divides by N here and nowhere else."
        : "Scores become probabilities, and the loss is how surprised they are by the true class.";
  }
}

class Sum {
  readonly names: string[] = [];
  readonly numbers: string[] = [];
  readonly terms = new Map<string, Set<number>>();

  constructor(
    private readonly operation: Operation,
    private readonly everything: boolean,
  ) {}

  /** The number as it is written, and that it took part. */
  use(name: string, index: number): string {
    const entries = this.terms.get(name) ?? new Set<number>();
    entries.add(index);
    this.terms.set(name, entries);
    const value = tensorOf(this.operation, name).values[index] as number;
    const text = this.everything ? full(value) : short(value);
    return value < 0 ? `(${text})` : text;
  }

  add(names: string, numbers: string): void {
    this.names.push(names);
    this.numbers.push(numbers);
  }

  explain(name: string, index: number): Explanation {
    const tensor = tensorOf(this.operation, name);
    const cut = (parts: string[]): string => {
      if (this.everything || parts.length <= mostTerms) return parts.join(" + ");
      const kept = mostTerms - 2;
      return `${parts.slice(0, kept).join(" + ")} + … (${parts.length - kept - 1} more) … + ${parts[parts.length - 1]}`;
    };
    return {
      names: `${entryName(tensor, index)} = ${cut(this.names)}`,
      numbers: cut(this.numbers),
      result: tensor.values[index] as number,
      terms: this.terms,
    };
  }
}

export function entryName({ name, rows, columns }: Tensor, index: number): string {
  if (rows === 1 && columns === 1) return name;
  return `${name}[${Math.floor(index / columns)},${index % columns}]`;
}

/** How an entry of one of the step's tensors came about; for what came in, how its gradient does. Null where there is nothing to say. */
export function explain({ operation, backward }: Step, name: string, index: number, everything: boolean): Explanation | null {
  const sum = new Sum(operation, everything);
  const made = (target: string, at: number): Explanation => sum.explain(target, at);
  const shape = (tensor: string): { rows: number; columns: number } => tensorOf(operation, tensor);
  const { columns } = tensorOf(operation, name);
  const row = Math.floor(index / columns);
  const column = index % columns;
  const term = (tensor: string, at: number): [string, string] => [entryName(tensorOf(operation, tensor), at), sum.use(tensor, at)];
  const product = (first: [string, string], second: [string, string]): void => sum.add(`${first[0]}·${second[0]}`, `${first[1]}·${second[1]}`);

  switch (operation.kind) {
    case "affine": {
      const inputs = shape("w").rows;
      const outputs = shape("w").columns;
      const examples = shape("x").rows;
      if (name === "out") {
        for (let d = 0; d < inputs; ++d) product(term("x", row * inputs + d), term("w", d * outputs + column));
        sum.add(...term("b", column));
        return made("out", index);
      }
      if (name === "dx" || name === "x") {
        for (let h = 0; h < outputs; ++h) product(term("dout", row * outputs + h), term("w", column * outputs + h));
        return made("dx", index);
      }
      if (name === "dw" || name === "w") {
        for (let n = 0; n < examples; ++n) product(term("x", n * inputs + row), term("dout", n * outputs + column));
        return made("dw", index);
      }
      if (name === "db" || name === "b") {
        for (let n = 0; n < examples; ++n) sum.add(...term("dout", n * outputs + column));
        return made("db", index);
      }
      return null;
    }
    case "relu": {
      if (backward) {
        const [outName, outNumber] = term("out", index);
        product(term("dout", index), [`[${outName} > 0]`, `[${outNumber} > 0]`]);
        return made("dx", index);
      }
      const [xName, xNumber] = term("x", index);
      sum.add(`max(${xName}, 0)`, `max(${xNumber}, 0)`);
      return made("out", index);
    }
    case "dropout": {
      const [target, source] = backward ? ["dx", "dout"] : ["out", "x"];
      const from = term(source as string, index);
      if (has(operation, "mask")) {
        const mask = term("mask", index);
        sum.add(`${from[0]}·${mask[0]} / keep_prob`, `${from[1]}·${mask[1]} / ${operation.keepProb}`);
      } else sum.add(...from);
      return made(target as string, index);
    }
    case "loss": {
      const { rows, columns: classes } = shape("scores");
      const labels = tensorOf(operation, "labels").values;
      if (name === "loss" || name === "labels") {
        const rowsShown = name === "labels" ? [row] : Array.from({ length: rows }, (_, n) => n);
        const parts = rowsShown.map((n) => term("probabilities", n * classes + (labels[n] as number)));
        const log = (which: 0 | 1): string => {
          const texts = parts.map((part) => `log ${part[which]}`);
          const shown = everything || texts.length <= mostTerms ? texts.join(" + ") : `${texts.slice(0, mostTerms - 1).join(" + ")} + … (${texts.length - mostTerms + 1} more)`;
          return texts.length === 1 ? shown : `(${shown})`;
        };
        if (name === "labels") {
          const p = tensorOf(operation, "probabilities").values[row * classes + (labels[row] as number)] as number;
          return { names: `example ${row}’s part of the loss = −${log(0)}`, numbers: `−${log(1)}`, result: -Math.log(p), terms: sum.terms };
        }
        const factor = rows === 1 ? "−" : `−1/${rows} · `;
        return { names: `loss = ${factor}${log(0)}`, numbers: `${factor}${log(1)}`, result: tensorOf(operation, "loss").values[0] as number, terms: sum.terms };
      }
      if (backward) {
        const p = term("probabilities", index);
        const label = term("labels", row);
        const hit = labels[row] === column;
        sum.add(`(${p[0]} − [${label[0]} = ${column}]) / ${rows}`, `(${p[1]} − ${hit ? 1 : 0}) / ${rows}`);
        return made("dscores", index);
      }
      const own = term("scores", index);
      const all = Array.from({ length: classes }, (_, c) => term("scores", row * classes + c));
      sum.add(`exp(${own[0]}) / (${all.map(([text]) => `exp(${text})`).join(" + ")})`, `exp(${own[1]}) / (${all.map(([, text]) => `exp(${text})`).join(" + ")})`);
      return made("probabilities", index);
    }
  }
}
