// One colour, one meaning. The classes have those of Okabe and Ito's palette, which colour-blind people can tell apart, and a
// shape each; violet is the net with dropout, the text's own ink that without. Signs have no colour: a weight below zero is a
// dashed line, a number has its minus sign.

export interface Palette {
  dark: boolean;
  surface: string;
  text: string;
  quiet: string;
  line: string;
  plain: string;
  dropout: string;
}

type Rgb = [number, number, number];

const classColours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"] as const;
export const mostClasses = classColours.length;
export const shapeNames = ["circle", "square", "triangle", "diamond", "cross"] as const;

export const classColour = (label: number): string => classColours[label % mostClasses] as string;

export function rgb(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

export const mix = (from: Rgb, to: Rgb, amount: number): Rgb => [
  Math.round(from[0] + (to[0] - from[0]) * amount),
  Math.round(from[1] + (to[1] - from[1]) * amount),
  Math.round(from[2] + (to[2] - from[2]) * amount),
];

export const css = (colour: Rgb): string => `rgb(${colour[0]} ${colour[1]} ${colour[2]})`;

const scheme = matchMedia("(prefers-color-scheme: dark)");
let current: Palette | null = null;

/** The colours of the scheme that is on, as style.css has them. */
export function palette(): Palette {
  if (current) return current;
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  current = {
    dark: scheme.matches,
    surface: colour("surface"),
    text: colour("text"),
    quiet: colour("quiet"),
    line: colour("line"),
    plain: colour("plain"),
    dropout: colour("dropout"),
  };
  return current;
}

export function onSchemeChange(listener: () => void): void {
  scheme.addEventListener("change", () => {
    current = null;
    listener();
  });
}

/** The surface where a number is 0 or none, darker in the light scheme and lighter in the dark one the larger it is; `strength` in [-1, 1]. */
export function shade(strength: number): string {
  const colours = palette();
  const share = Number.isNaN(strength) ? 0 : Math.min(1, Math.abs(strength));
  return css(mix(rgb(colours.surface), rgb(colours.text), share * 0.3));
}

/** Draws a class's shape around (x, y). */
export function trace(context: CanvasRenderingContext2D, label: number, x: number, y: number, radius: number): void {
  context.beginPath();
  switch (label % mostClasses) {
    case 0:
      context.arc(x, y, radius, 0, 2 * Math.PI);
      break;
    case 1: {
      const half = radius * 0.88;
      context.rect(x - half, y - half, 2 * half, 2 * half);
      break;
    }
    case 2:
      polygon(context, [[x, y - radius * 1.2], [x + radius * 1.1, y + radius * 0.75], [x - radius * 1.1, y + radius * 0.75]]);
      break;
    case 3:
      polygon(context, [[x, y - radius * 1.3], [x + radius * 1.1, y], [x, y + radius * 1.3], [x - radius * 1.1, y]]);
      break;
    default: {
      const long = radius * 1.2;
      const thin = radius * 0.45;
      polygon(context, [
        [x - thin, y - long], [x + thin, y - long], [x + thin, y - thin], [x + long, y - thin],
        [x + long, y + thin], [x + thin, y + thin], [x + thin, y + long], [x - thin, y + long],
        [x - thin, y + thin], [x - long, y + thin], [x - long, y - thin], [x - thin, y - thin],
      ]);
    }
  }
}

function polygon(context: CanvasRenderingContext2D, corners: [number, number][]): void {
  corners.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
}
