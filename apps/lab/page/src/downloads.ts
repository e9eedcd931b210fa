// Files to take away: weights as NumPy and the library read them, curves as CSV, pictures as PNG.
import { dsvFormat } from "d3-dsv";
import { zipSync } from "fflate";
import { html } from "./dom";
import type { Side, Tensor } from "./engine/api";
import { epochs, type Point } from "./history";
import { palette } from "./palette";
import { keepProbsOf, settingsNow, type Run } from "./run";

/** Gives the browser a file to save. */
export function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  html("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // a browser may ask first where to
}

/** As numpy.save writes it: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1.0. */
function npy({ rows, columns, values }: Tensor): Uint8Array {
  const preamble = 10; // magic, version, length of the header
  const dictionary = `{'descr': '<f8', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const start = 64 * Math.ceil((preamble + dictionary.length + 1) / 64);
  const header = `${dictionary.padEnd(start - preamble - 1)}\n`;
  const bytes = new Uint8Array(start + 8 * values.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  view.setUint16(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), preamble);
  values.forEach((value, index) => view.setFloat64(start + 8 * index, value, true));
  return bytes;
}

/** As numpy.savez and the library's save_weights write it, under the parameters' names; the same weights give the same bytes. */
export function npz(tensors: Tensor[]): Blob {
  const files = Object.fromEntries(tensors.map((tensor) => [`${tensor.name}.npy`, npy(tensor)]));
  return new Blob([zipSync(files, { level: 0, mtime: "1980-01-01T00:00:00" }) as Uint8Array<ArrayBuffer>], { type: "application/zip" });
}

const named: [Side, string][] = [["plain", "without"], ["dropout", "with"]];
const scores = { train_loss: "trainLoss", validation_loss: "validationLoss", train_accuracy: "trainAccuracy", validation_accuracy: "validationAccuracy" } as const;

/** A line for every state that the curves have, with all digits, and with the settings that its latest step was taken with. */
export function csv(states: Point[], { start, changes }: Run): Blob {
  const columns = named.flatMap(([side, name]) => Object.entries(scores).map(([column, key]) => ({ name: `${column}_${name}`, side, key })));
  const lines = states.map((state) => {
    const settings = settingsNow({ start, changes: changes.filter(({ step }) => step < state.step) });
    const values = columns.map(({ side, key }) => state[side][key]).map((value) => (Number.isFinite(value) ? value : ""));
    return [state.step, epochs(state), ...values, settings.optimizer.learningRate, keepProbsOf(settings).join("-")].map(String);
  });
  const head = ["step", "epoch", ...columns.map(({ name }) => name), "learning_rate", "keep_prob"];
  return new Blob([dsvFormat(",").formatRows([head, ...lines]), "\n"], { type: "text/csv" });
}

/** Broken between words where it would be wider than that. */
function linesOf(text: string, width: number, context: CanvasRenderingContext2D): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    if (context.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Canvases side by side or one below the other, each beneath its title, and a text below all. */
export async function png(pictures: { title: string; canvas: HTMLCanvasElement }[], columns: number, text: string): Promise<Blob> {
  const scale = devicePixelRatio;
  const line = 20 * scale;
  const edge = 12 * scale;
  const head = 30 * scale; // of a picture
  const small = `${13 * scale}px system-ui, sans-serif`;
  const width = Math.max(...pictures.map(({ canvas }) => canvas.width));
  const height = Math.max(...pictures.map(({ canvas }) => canvas.height)) + head;
  const below = Math.ceil(pictures.length / columns) * height;
  const sheet = html("canvas", { width: columns * (width + edge) + edge });
  const context = sheet.getContext("2d");
  if (!context) throw new Error("this browser draws no pictures");
  context.font = small;
  const lines = linesOf(text, sheet.width - 2 * edge, context);
  sheet.height = below + lines.length * line + edge; // which forgets all else
  const colours = palette();
  context.fillStyle = colours.surface;
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.fillStyle = colours.text;
  context.textBaseline = "middle";
  context.font = `600 ${15 * scale}px system-ui, sans-serif`;
  pictures.forEach(({ title, canvas }, index) => {
    const x = edge + (index % columns) * (width + edge);
    const y = Math.floor(index / columns) * height;
    context.fillText(title, x, y + head / 2, width);
    context.drawImage(canvas, x, y + head);
  });
  context.font = small;
  lines.forEach((words, index) => context.fillText(words, edge, below + (index + 0.5) * line + edge / 2));
  return new Promise((done, fail) => sheet.toBlob((blob) => (blob ? done(blob) : fail(new Error("the picture is too large"))), "image/png"));
}
