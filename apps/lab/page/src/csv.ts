// A CSV file of two numbers and a class a line becomes points, or a sentence that says what is wrong with which line.
import { mostClasses } from "./palette";

export interface OwnPoints {
  x: number[];
  labels: number[];
}

export interface ReadCsv extends OwnPoints {
  classNames: string[];
  scaled: boolean;
}

const mostPoints = 2000;
/** Points beyond this do not fit on the picture and are scaled into it. */
export const edge = 1.2;
const listed = 3;

function splitLine(line: string, separator: string): string[] {
  return line.split(separator).map((field) => field.trim().replace(/^"(.*)"$/, "$1"));
}

function separatorOf(line: string): string {
  for (const separator of [";", "\t"]) if (line.includes(separator)) return separator;
  return ",";
}

/** Throws an Error whose message can be shown as it is. */
export function readCsv(text: string): ReadCsv {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/).map((line, index) => ({ line, number: index + 1 }));
  const filled = lines.filter(({ line }) => line.trim() !== "" && !line.startsWith("#"));
  const first = filled[0];
  if (!first) throw new Error("The file is empty. Expected lines like 0.25,-0.5,1: two numbers and a class.");
  const separator = separatorOf(first.line);
  // Where commas do not part the columns they are decimal commas.
  const numberOf = (field = ""): number => (field === "" ? Number.NaN : Number(separator === "," ? field : field.replace(",", ".")));
  const isNumber = (field: string | undefined): boolean => Number.isFinite(numberOf(field));
  const head = splitLine(first.line, separator);
  const hasHeader = head.length === 3 && !isNumber(head[0]) && !isNumber(head[1]);
  const rows = hasHeader ? filled.slice(1) : filled;
  if (rows.length === 0) throw new Error("The file has a header and no points. Expected lines like 0.25,-0.5,1: two numbers and a class.");

  const problems: string[] = [];
  const x: number[] = [];
  const names: string[] = [];
  for (const { line, number } of rows) {
    const fields = splitLine(line, separator);
    if (fields.length !== 3) {
      problems.push(`line ${number} has ${fields.length === 1 ? "1 column" : `${fields.length} columns`} instead of 3`);
      continue;
    }
    const wrong = [0, 1].filter((column) => !isNumber(fields[column]));
    for (const column of wrong) problems.push(`line ${number}, column ${column + 1}: “${(fields[column] as string).slice(0, 30)}” is not a number`);
    if (fields[2] === "") problems.push(`line ${number} has no class in column 3`);
    if (wrong.length === 0 && fields[2] !== "") {
      x.push(numberOf(fields[0]), numberOf(fields[1]));
      names.push(fields[2] as string);
    }
  }
  if (problems.length > 0) {
    const rest = problems.length - listed;
    throw new Error(
      `Expected three columns, two numbers and a class: ${problems.slice(0, listed).join("; ")}${rest > 0 ? `; and ${rest} more` : ""}. Nothing was changed.`,
    );
  }
  if (names.length > mostPoints) throw new Error(`The file has ${names.length} points; at most ${mostPoints} can be shown. Nothing was changed.`);
  const classNames = [...new Set(names)].sort((a, b) => (isNumber(a) && isNumber(b) ? numberOf(a) - numberOf(b) : a < b ? -1 : 1));
  if (classNames.length < 2) throw new Error("The file has one class only; the nets need at least 2 to tell apart. Nothing was changed.");
  if (classNames.length > mostClasses)
    throw new Error(`Column 3 has ${classNames.length} different classes; at most ${mostClasses} can be shown. Nothing was changed.`);
  const scaled = x.some((value) => Math.abs(value) > edge);
  return {
    x: scaled ? scale(x) : x,
    labels: names.map((name) => classNames.indexOf(name)),
    classNames,
    scaled,
  };
}

/** Each column onto [-1, 1], to six digits, so that a link carries exactly what is trained on. */
function scale(x: number[]): number[] {
  const ranges = [0, 1].map((column) => {
    const values = x.filter((_, index) => index % 2 === column);
    return { low: Math.min(...values), high: Math.max(...values) };
  });
  return x.map((value, index) => {
    const { low, high } = ranges[index % 2] as { low: number; high: number };
    // Between the largest numbers of both signs lies more than a number can say: then halves are compared.
    const part = high - low === Infinity ? 2 : 1;
    return high > low ? Number((((value / part - low / part) / (high / part - low / part)) * 2 - 1).toFixed(6)) : 0;
  });
}
