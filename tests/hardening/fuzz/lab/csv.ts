// What the page makes of a file that was dropped on it.
import { edge, readCsv } from "../../../../apps/lab/page/src/csv";
import { mostClasses } from "../../../../apps/lab/page/src/palette";
import { promise } from "./promise";

export function csv(text: string): void {
  let read;
  try {
    read = readCsv(text);
  } catch (error) {
    // A refusal can be shown as it is: one of our own sentences, of a length that a person reads.
    promise(error instanceof Error && error.constructor === Error, `refused by ${String(error)}`);
    promise((error as Error).message.endsWith(".") && (error as Error).message.length < 500, "a sentence");
    return;
  }
  const { x, labels, names } = read;
  promise(labels.length > 0 && labels.length <= 2000 && x.length === 2 * labels.length, "two numbers a point");
  promise(names.length >= 2 && names.length <= mostClasses, "classes within bounds");
  promise(new Set(names).size === names.length, "no class twice");
  promise(new Set(labels).size === names.length, "every class has a point");
  promise(labels.every((label) => Number.isInteger(label) && label >= 0 && label < names.length), "labels are classes");
  promise(x.every((value) => Number.isFinite(value) && Math.abs(value) <= edge), "points lie on the picture");
}
