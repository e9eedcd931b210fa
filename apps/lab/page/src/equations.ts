// Every operation's equations, with their shapes, and with the numbers of one entry put in.
import { Sum, mostTerms, symbolsOf, type Explanation, type Part, type Term } from "./notation";
import { hasMask, tensorOf, type Step } from "./steps";
import { explainUpdate, updateEquations, updatePurpose } from "./update_equations";

/** What the step computes. */
export function equationsOf(step: Step): Part[][] {
  const { operation, way } = step;
  if (way === "update") return updateEquations(step);
  const backward = way === "backward";
  const symbol = symbolsOf(operation);
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
      if (!hasMask(operation)) return [[symbol(target as string), "=", symbol(source as string)]];
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
export function purposeOf(step: Step): string {
  const { operation, way } = step;
  if (way === "update") return updatePurpose(step);
  const backward = way === "backward";
  switch (operation.kind) {
    case "affine":
      return backward
        ? "Every entry of x and w had a share in many outputs, and its gradient adds up over all of them. That is why w and x come back transposed."
        : "Every output is a weighted sum of the inputs, and a bias.";
    case "relu":
      return backward ? "The gradient passes where the unit was on, and stops where it was off." : "A unit below zero is switched off. What comes out shows which ones were on.";
    case "dropout":
      if (!hasMask(operation)) return "In test mode every unit passes unchanged: the division in training has seen to that.";
      return backward
        ? "The gradient goes back through the units that stayed, by the very mask of the way forward."
        : `A unit stays with probability ${operation.keepProb}, and what stays is divided by it, so that the mean stays the same.`;
    case "loss":
      return backward
        ? "The gradient is what was said less what was true. It divides by N here and nowhere else."
        : "Scores become probabilities, and the loss is how surprised they are by the true class.";
  }
}

/** How an entry of one of the step's tensors came about; for what came in, how its gradient does. Null where there is nothing to say. */
export function explain(step: Step, name: string, index: number, everything: boolean): Explanation | null {
  const { operation, way } = step;
  if (way === "update") return explainUpdate(step, name, index, everything);
  const backward = way === "backward";
  const sum = new Sum(operation, everything);
  const made = (target: string, at: number): Explanation => sum.explain(target, at);
  const shape = (tensor: string): { rows: number; columns: number } => tensorOf(operation, tensor);
  const { columns } = tensorOf(operation, name);
  const row = Math.floor(index / columns);
  const column = index % columns;
  const term = (tensor: string, at: number): Term => sum.term(tensor, at);
  const product = (first: Term, second: Term): void => sum.add(`${first[0]}·${second[0]}`, `${first[1]}·${second[1]}`);

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
      if (hasMask(operation)) {
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
