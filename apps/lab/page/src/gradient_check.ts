// The gradient of the loss by one number, analytic and by differences, side by side.
import { html } from "./dom";
import type { Side, Trace } from "./engine/api";
import { full } from "./numbers";
import type { Mode } from "./permalink";
import { sentence, type Session } from "./session";
import type { Step } from "./steps";

/** A number that the loss can be differentiated by: the engine's name of its tensor. */
export interface Variable {
  tensor: string;
  index: number;
}

/** The weight, bias or coordinate that an entry of a step's tensor is, or whose gradient it is. */
export function variableOf({ operation, place }: Step, { tensor, index }: { tensor: string; index: number }): Variable | null {
  if (operation.kind !== "affine") return null;
  if (tensor === "w" || tensor === "dw") return { tensor: `${operation.name}.w`, index };
  if (tensor === "b" || tensor === "db") return { tensor: `${operation.name}.b`, index };
  if (place === 0 && (tensor === "x" || tensor === "dx")) return { tensor: "x", index };
  return null;
}

/** A trace with what it was asked of: what is chosen by now may be something else, whose trace has yet to come. */
export interface Asked {
  trace: Trace;
  side: Side;
  mode: Mode;
}

export class GradientCheck {
  /** How many gradients are being checked, or may be in a moment. */
  private checking = 0;
  private latest = 0;

  constructor(
    private readonly session: Session,
    private readonly say: (message: string, isProblem: boolean) => void,
  ) {}

  get busy(): boolean {
    return this.checking > 0;
  }

  /** What is under way is of nets that are no more. */
  forget(): void {
    this.latest += 1;
  }

  async show(variable: Variable, asked: Asked | null, list: HTMLElement): Promise<void> {
    const mine = ++this.latest;
    const row = (term: string, text: string, name: string, value?: number): Node[] => [
      html("dt", {}, term),
      html("dd", { class: name, "data-value": value === undefined ? undefined : String(value) }, text),
    ];
    list.replaceChildren(...row("analytic", "…", "analytic"), ...row("numeric", "…", "numeric"), ...row("relative error", "…", "relative"));
    this.checking += 1;
    try {
      // While the pointer sweeps over a table only the cell where it rests is computed.
      await new Promise((resolve) => setTimeout(resolve, 60));
      if (mine !== this.latest || !asked) return;
      const { analytic, numeric, relativeError, atKink } = await this.session.numericGradient(asked.side, variable.tensor, variable.index, asked.trace.examples, asked.mode);
      if (mine !== this.latest) return;
      list.replaceChildren(
        ...row("analytic", full(analytic), "analytic", analytic),
        ...row("numeric", full(numeric), "numeric", numeric),
        ...row("relative error", relativeError === 0 ? "0" : relativeError.toExponential(1).replace("-", "\u2212"), "relative", relativeError),
        ...(atKink ? [html("dd", { class: "note kink" }, "A ReLU’s input is so near 0 that differences reach across its kink: the numeric one cannot be trusted here.")] : []),
      );
    } catch (error) {
      if (mine === this.latest) this.say(sentence(error), true); // else the nets it was asked of are no more
    } finally {
      this.checking -= 1;
    }
  }
}
