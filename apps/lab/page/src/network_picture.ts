// Draws a net: units as circles, weights as lines (dashed below zero), dropped units struck out and without their lines.
import type { Tensor } from "./engine/api";
import { largestOf } from "./numbers";
import { classColour, palette, shade } from "./palette";

export interface NetworkPicture {
  widths: number[];
  weights: Tensor[];
  /** For every hidden layer 0 where a unit is dropped; null where none can be. */
  masks: (ArrayLike<number> | null)[];
  height: number;
  /** For every column its units' strengths in [-1, 1], those below 0 marked by a minus; null where nothing has arrived yet. */
  values?: (number[] | null)[];
  /** What an operation is about: a column of units, or the lines into it. */
  active?: { column: number; lines: boolean };
}

export const networkHeight = 210;
const dashes = [4, 3];
const faintest = 0.06; // of a line's opacity, below which it is not drawn

/** The places of a layer's units, from the top down; many units stand staggered, so that each can still be told. */
export function unitPlaces(count: number, room: number): { radius: number; places: { x: number; y: number }[] } {
  const apart = Math.min(24, (room - 24) / count);
  const abreast = Math.min(4, Math.max(1, Math.ceil(9 / apart)));
  const radius = Math.max(2, Math.min(8, apart * abreast * 0.38));
  return {
    radius,
    places: Array.from({ length: count }, (_, index) => ({
      x: ((index % abreast) - (abreast - 1) / 2) * radius * 2.1,
      y: room / 2 + (index - (count - 1) / 2) * apart,
    })),
  };
}

export function paintNetwork(canvas: HTMLCanvasElement, { widths, weights, masks, height, values, active }: NetworkPicture): void {
  const context = canvas.getContext("2d");
  if (!context || canvas.width === 0) return;
  const scale = devicePixelRatio;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  const width = canvas.width / scale;
  context.clearRect(0, 0, width, height);
  const colours = palette();
  const columns = widths.map((count, index) => ({ x: ((index + 0.5) / widths.length) * width, ...unitPlaces(count, height) }));
  const dropped = (column: number, unit: number): boolean => {
    const mask = masks[column - 1];
    return !!mask && mask.length === widths[column] && mask[unit] === 0;
  };
  if (active && !active.lines) {
    const { x, radius, places } = columns[active.column] as (typeof columns)[0];
    const half = Math.max(...places.map((place) => place.x)) + radius + 6;
    context.fillStyle = colours.line;
    context.globalAlpha = 0.5;
    context.beginPath();
    context.roundRect(x - half, 2, 2 * half, height - 4, 8);
    context.fill();
    context.globalAlpha = 1;
  }

  const matrices = weights.filter(({ name }) => name.endsWith(".w"));
  for (let column = 0; column + 1 < columns.length; ++column) {
    const from = columns[column] as (typeof columns)[0];
    const to = columns[column + 1] as (typeof columns)[0];
    const matrix = matrices[column];
    const fits = matrix?.rows === widths[column] && matrix?.columns === widths[column + 1];
    const largest = fits ? largestOf(matrix.values) : 1;
    const dim = active && !(active.lines && active.column === column + 1) ? 0.35 : 1;
    from.places.forEach((start, unit) => {
      if (dropped(column, unit)) return;
      to.places.forEach((end, next) => {
        if (dropped(column + 1, next)) return;
        const weight = fits ? (matrix.values[unit * matrix.columns + next] as number) / largest : 0.25;
        const strength = Math.abs(weight);
        if (!(strength >= faintest)) return;
        context.globalAlpha = dim * Math.min(0.85, strength);
        context.strokeStyle = fits ? colours.text : colours.quiet;
        context.setLineDash(weight < 0 ? dashes : []);
        context.lineWidth = 0.4 + 1.4 * strength;
        context.beginPath();
        context.moveTo(from.x + start.x, start.y);
        context.lineTo(to.x + end.x, end.y);
        context.stroke();
      });
    });
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
  columns.forEach(({ x: middle, radius, places }, column) => {
    const output = column === columns.length - 1;
    places.forEach((place, unit) => {
      const x = middle + place.x;
      const { y } = place;
      const gone = dropped(column, unit);
      const strength = values?.[column]?.[unit];
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fillStyle = strength !== undefined && !gone ? shade(strength) : output && !values ? classColour(unit) : colours.surface;
      context.fill();
      context.lineWidth = output && values ? 2 : 1.3;
      context.strokeStyle = gone ? colours.quiet : output ? classColour(unit) : colours.text;
      context.stroke();
      if (strength !== undefined && strength < 0 && !gone) {
        context.strokeStyle = colours.text;
        context.beginPath();
        context.moveTo(x - radius / 2, y);
        context.lineTo(x + radius / 2, y);
        context.stroke();
      }
      if (gone) {
        const reach = radius * 1.25;
        context.beginPath();
        context.moveTo(x - reach, y - reach);
        context.lineTo(x + reach, y + reach);
        context.moveTo(x - reach, y + reach);
        context.lineTo(x + reach, y - reach);
        context.stroke();
      }
    });
  });
}
