// Draws a net: units as circles or as pictures of what they are over the plane, weights as lines (dashed below zero), dropped units
// struck out and without their lines.
import type { Tensor } from "./engine/api";
import { largestOf } from "./numbers";
import { classColour, palette, shade } from "./palette";
import { drawUnit, unitResolution } from "./unit_pictures";

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
  /** For every hidden layer its units' pictures. */
  pictures?: HTMLCanvasElement[];
  /** A unit whose incoming lines stand out. */
  pointed?: { column: number; unit: number } | undefined;
}

export const networkHeight = 210;
const dashes = [4, 3];
const faintest = 0.06; // of a line's opacity, below which it is not drawn

const smallest = 2;
const clear = 8; // a radius that a picture can be seen at
const largest = 11;

/**
 * The places of a layer's units, from the top down. Many units stand staggered, as many abreast as make each large enough, in a
 * column of that width.
 */
export function unitPlaces(count: number, room: number, width: number): { radius: number; places: { x: number; y: number }[] } {
  const apart = Math.min(28, (room - 24) / count);
  const layouts = [1, 2, 3, 4].map((abreast) => ({ abreast, radius: Math.min(largest, apart * abreast * 0.38, (0.42 * width) / abreast) }));
  const widest = layouts.reduce((best, one) => (one.radius > best.radius ? one : best));
  const { abreast, radius } = layouts.find((layout) => layout.radius >= clear) ?? widest;
  return {
    radius: Math.max(smallest, radius),
    places: Array.from({ length: count }, (_, index) => ({
      x: ((index % abreast) - (abreast - 1) / 2) * radius * 2.1,
      y: room / 2 + (index - (count - 1) / 2) * apart,
    })),
  };
}

/** Every column of units with its middle. */
export const columnsOfNet = (widths: number[], width: number, height: number) =>
  widths.map((count, index) => ({ x: ((index + 0.5) / widths.length) * width, ...unitPlaces(count, height, width / widths.length) }));

export function paintNetwork(canvas: HTMLCanvasElement, { widths, weights, masks, height, values, active, pictures, pointed }: NetworkPicture): void {
  const context = canvas.getContext("2d");
  if (!context || canvas.width === 0) return;
  const scale = devicePixelRatio;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  const width = canvas.width / scale;
  context.clearRect(0, 0, width, height);
  const colours = palette();
  const columns = columnsOfNet(widths, width, height);
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
        const aside = pointed && !(pointed.column === column + 1 && pointed.unit === next);
        context.globalAlpha = dim * Math.min(0.85, strength) * (aside ? 0.15 : 1);
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
      const layer = pictures?.[column - 1];
      const pictured = !output && layer?.height === places.length * unitResolution;
      context.beginPath();
      if (pictured) context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
      else context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fillStyle = strength !== undefined && !gone ? shade(strength) : output && !values ? classColour(unit) : colours.surface;
      context.fill();
      if (pictured) {
        context.globalAlpha = gone ? 0.35 : 1;
        drawUnit(context, layer, unit, x, y, radius);
        context.globalAlpha = 1;
      }
      context.lineWidth = (output && values) || (pointed?.column === column && pointed.unit === unit) ? 2.5 : 1.3;
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
