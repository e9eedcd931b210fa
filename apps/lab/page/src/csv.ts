// A CSV file of two numbers and a class a line becomes points, or a sentence that says what is wrong with which line.
import { dsvFormat } from "d3-dsv";
import type { OwnPoints } from "./engine/api";
import { mostClasses } from "./palette";

export interface ReadCsv extends OwnPoints {
  names: string[];
  scaled: boolean;
}

const mostPoints = 2000;
/** Points beyond this do not fit on the picture and are scaled into it. */
export const edge = 1.2;
const listed = 3;
export const longestName = 40;

interface Row {
  /** The line of the file that it begins in. */
  line: number;
  fields: string[];
}

/** Quoted fields may hold separators, line breaks and doubled quotes. Blank lines and lines that begin with # are left out. */
function rowsOf(text: string, separator: string): Row[] {
  let line = 1;
  return dsvFormat(separator)
    .parseRows(text)
    .map((fields) => {
      const row = { line, fields: fields.map((field) => field.trim()) };
      line += 1 + fields.reduce((sum, field) => sum + (field.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
      return row;
    })
    .filter(({ fields }) => fields.some((field) => field !== "") && !fields[0]?.startsWith("#"));
}

/** By the first separator that parts the first line into three, or the one that a comma would be. */
function read(text: string): { rows: Row[]; separator: string } {
  const ways = [";", "\t", ","].map((separator) => ({ separator, rows: rowsOf(text, separator) }));
  return ways.find(({ rows }) => (rows[0]?.fields.length ?? 0) === 3) ?? ways.find(({ rows }) => (rows[0]?.fields.length ?? 0) > 1) ?? (ways[2] as (typeof ways)[0]);
}

/** Throws an Error whose message can be shown as it is. */
export function readCsv(text: string): ReadCsv {
  const { rows: filled, separator } = read(text.replace(/^\uFEFF/, ""));
  const first = filled[0];
  if (!first) throw new Error("The file is empty. Expected lines like 0.25,-0.5,1: two numbers and a class.");
  // Where commas do not part the columns they are decimal commas.
  const numberOf = (field = ""): number => (field === "" ? Number.NaN : Number(separator === "," ? field : field.replace(",", ".")));
  const isNumber = (field: string | undefined): boolean => Number.isFinite(numberOf(field));
  const hasHeader = first.fields.length === 3 && !isNumber(first.fields[0]) && !isNumber(first.fields[1]);
  const rows = hasHeader ? filled.slice(1) : filled;
  if (rows.length === 0) throw new Error("The file has a header and no points. Expected lines like 0.25,-0.5,1: two numbers and a class.");

  const problems: string[] = [];
  const x: number[] = [];
  const classes: string[] = [];
  for (const { line, fields } of rows) {
    if (fields.length !== 3) {
      problems.push(`line ${line} has ${fields.length === 1 ? "1 column" : `${fields.length} columns`} instead of 3`);
      continue;
    }
    const wrong = [0, 1].filter((column) => !isNumber(fields[column]));
    for (const column of wrong) problems.push(`line ${line}, column ${column + 1}: “${(fields[column] as string).slice(0, 30)}” is not a number`);
    const name = (fields[2] as string).replace(/\s+/g, " ");
    if (name === "") problems.push(`line ${line} has no class in column 3`);
    if (name.length > longestName) problems.push(`line ${line}, column 3: a class name of ${name.length} characters, more than ${longestName}`);
    if (wrong.length === 0) {
      x.push(numberOf(fields[0]), numberOf(fields[1]));
      classes.push(name);
    }
  }
  if (problems.length > 0) {
    const rest = problems.length - listed;
    throw new Error(
      `Expected three columns, two numbers and a class: ${problems.slice(0, listed).join("; ")}${rest > 0 ? `; and ${rest} more` : ""}. Nothing was changed.`,
    );
  }
  if (classes.length > mostPoints) throw new Error(`The file has ${classes.length} points; at most ${mostPoints} can be shown. Nothing was changed.`);
  const different = [...new Set(classes)].sort((a, b) => (isNumber(a) && isNumber(b) ? numberOf(a) - numberOf(b) : a < b ? -1 : 1));
  if (different.length < 2) throw new Error("The file has one class only; the nets need at least 2 to tell apart. Nothing was changed.");
  if (different.length > mostClasses)
    throw new Error(`Column 3 has ${different.length} different classes; at most ${mostClasses} can be shown. Nothing was changed.`);
  const scaled = x.some((value) => Math.abs(value) > edge);
  return {
    x: scaled ? scale(x) : x,
    labels: classes.map((name) => different.indexOf(name)),
    names: different,
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
