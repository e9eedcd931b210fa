// How tensors are written in equations, and how one entry is told by the names and numbers that went into it.
import type { Operation, Tensor } from "./engine/api";
import { full, short } from "./numbers";
import { tensorOf } from "./steps";

/** A symbol with the shape beneath it, or a sign between two. */
export type Part = string | { symbol: string; shape: string };

/** The symbols of an operation's tensors, under names of their own or transposed. */
export const symbolsOf =
  (operation: Operation) =>
  (name: string, written = name, transposed = false): Part => {
    const { rows, columns } = tensorOf(operation, name);
    return { symbol: written, shape: transposed ? `${columns}×${rows}` : `${rows}×${columns}` };
  };

export interface Explanation {
  /** The entry as a sum of products with names, and the same with numbers. */
  names: string;
  numbers: string;
  result: number;
  /** The entries that went into it, by their tensor. */
  terms: Map<string, Set<number>>;
}

/** A name and its number as it is written. */
export type Term = [name: string, number: string];

export const mostTerms = 8;

export class Sum {
  readonly names: string[] = [];
  readonly numbers: string[] = [];
  readonly terms = new Map<string, Set<number>>();

  constructor(
    private readonly operation: Operation,
    private readonly everything: boolean,
  ) {}

  /** The entry, which takes part. */
  term(name: string, index: number): Term {
    const entries = this.terms.get(name) ?? new Set<number>();
    entries.add(index);
    this.terms.set(name, entries);
    const tensor = tensorOf(this.operation, name);
    const value = tensor.values[index] as number;
    const text = this.everything ? full(value) : short(value);
    return [entryName(tensor, index), value < 0 ? `(${text})` : text];
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
