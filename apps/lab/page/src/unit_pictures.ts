// What every hidden unit is over the plane, as a small picture: blank where it is off, the darker the more it is on.
import type { Tensor } from "./engine/api";
import { largestOf } from "./numbers";
import { mix, palette, rgb } from "./palette";

/** Cells along a side: the pictures are as small as the nodes of a diagram. */
export const unitResolution = 16;

const darkest = 0.8; // between the surface and the ink

/** One canvas for a layer, its units' pictures one beneath the other. */
export function picturesOf({ rows, columns, values }: Tensor): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = unitResolution;
  canvas.height = rows * unitResolution;
  const pixels = new ImageData(canvas.width, canvas.height);
  const colours = palette();
  const [surface, ink] = [rgb(colours.surface), rgb(colours.text)];
  for (let unit = 0; unit < rows; ++unit) {
    const own = values.subarray(unit * columns, (unit + 1) * columns);
    const largest = largestOf(own);
    own.forEach((value, cell) => {
      const share = Number.isFinite(value) ? value / largest : 0;
      pixels.data.set([...mix(surface, ink, darkest * share), 255], 4 * (unit * columns + cell));
    });
  }
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
  return canvas;
}

/** Draws a unit's picture around (x, y). */
export function drawUnit(context: CanvasRenderingContext2D, layer: HTMLCanvasElement, unit: number, x: number, y: number, half: number): void {
  context.drawImage(layer, 0, unit * unitResolution, unitResolution, unitResolution, x - half, y - half, 2 * half, 2 * half);
}
