// Numbers as the page writes them: a true minus sign, few digits unless all are asked for.

const minus = (text: string): string => text.replaceAll("-", "\u2212");

/** Every digit that the double has: typing it back gives the same bits. */
export const full = (value: number): string => minus(String(value));

/** From here on a number is written with a power of ten: 20 digits say no more, and widen the page. */
const long = 1e5;

const powered = (value: number): string => minus(value.toExponential(1).replace("e+", "e").replace(".0e", "e"));

export function fixed(value: number, digits: number): string {
  if (Number.isNaN(value)) return "\u2013";
  if (!Number.isFinite(value)) return minus(value < 0 ? "-∞" : "∞");
  if (Math.abs(value) >= long) return powered(value);
  const text = value.toFixed(digits);
  return minus(Number(text) === 0 ? text.replace("-", "") : text);
}

/** Without the zero before the point, as in the project's tables: −.937 */
const pointed = (text: string): string => text.replace(/^(\u2212?)0\./, "$1.");

/** Two or three significant digits, in a form short enough for a cell of a table. */
export function short(value: number): string {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return full(value);
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 10000) return minus(String(value));
  if (size >= 10000 || size < 0.0095) return minus(value.toExponential(1).replace("e+", "e"));
  if (size >= 100) return fixed(value, 0);
  return pointed(fixed(value, size >= 10 ? 1 : size >= 1 ? 2 : 3));
}

/** A probability or a difference of two. */
export const share = (value: number): string => pointed(fixed(value, 3));

/** A round number, with as many digits as it needs. */
export const plain = (value: number): string => (Math.abs(value) >= long ? powered(value) : pointed(minus(String(value))));

/** What a person typed, with either minus sign; null when it is no number. */
export function parse(text: string): number | null {
  const trimmed = text.trim().replaceAll("\u2212", "-");
  if (trimmed === "") return null;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : null;
}

export const count = (value: number): string => value.toLocaleString("en");

/** The largest size among the finite ones, or 1: what shades are measured by. */
export const largestOf = (values: Iterable<number>): number => {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return largest || 1;
};
