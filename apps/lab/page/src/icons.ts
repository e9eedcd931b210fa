// Small pictures: the data sets as their points, and the signs on the buttons.
import type { DataKind } from "./engine/api";
import { svg } from "./dom";
import { classColour } from "./palette";

type Dot = [x: number, y: number, label: number];

function dots(kind: DataKind): Dot[] {
  const turn = (index: number, count: number): number => (index / count) * 2 * Math.PI;
  const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
  switch (kind) {
    case "moons":
      return range(7).flatMap((index): Dot[] => {
        const angle = (index / 6) * Math.PI;
        return [[-0.3 + 0.6 * Math.cos(angle), 0.5 * Math.sin(angle) - 0.05, 0], [0.3 - 0.6 * Math.cos(angle), 0.1 - 0.5 * Math.sin(angle), 1]];
      });
    case "circles":
      return [...range(12).map((index): Dot => [0.82 * Math.cos(turn(index, 12)), 0.82 * Math.sin(turn(index, 12)), 0]),
        ...range(6).map((index): Dot => [0.36 * Math.cos(turn(index, 6)), 0.36 * Math.sin(turn(index, 6)), 1])];
    case "xor":
      return range(4).flatMap((quarter): Dot[] => {
        const x = quarter % 2 ? 0.5 : -0.5;
        const y = quarter < 2 ? 0.5 : -0.5;
        const label = x * y > 0 ? 0 : 1;
        return [[x, y, label], [x + 0.25, y + 0.2, label], [x - 0.25, y - 0.15, label], [x + 0.2, y - 0.28, label]];
      });
    case "spiral":
      return range(3).flatMap((arm) => range(7).map((index): Dot => {
        const t = (index + 1) / 7;
        const angle = 4 * (arm + t) * 1.047;
        return [0.9 * t * Math.sin(angle), 0.9 * t * Math.cos(angle), arm];
      }));
    case "blobs":
      return range(5).flatMap((blob) => range(4).map((index): Dot => {
        const angle = turn(blob, 5) + 0.3;
        const reach = index ? 0.2 : 0;
        return [0.66 * Math.cos(angle) + reach * Math.cos(turn(index, 3)), 0.66 * Math.sin(angle) + reach * Math.sin(turn(index, 3)), blob];
      }));
    default:
      return [[-0.6, -0.5, 0], [-0.45, -0.2, 0], [-0.2, 0.05, 0], [0.1, 0.15, 0]];
  }
}

export function dataIcon(kind: DataKind): SVGSVGElement {
  const icon = svg("svg", { viewBox: "-1.15 -1.15 2.3 2.3", class: "data-icon", "aria-hidden": "true" });
  for (const [x, y, label] of dots(kind)) icon.append(svg("circle", { cx: x, cy: -y, r: 0.12, fill: classColour(label) }));
  if (kind === "own") icon.append(svg("path", { d: "M.15-.2 L.75-.85 .95-.65 .35-.02 .08.06Z", fill: "currentColor" }));
  return icon;
}

const signs = {
  play: "M7 4.5v15l12-7.5z",
  pause: "M6 5h4v14H6zM14 5h4v14h-4z",
  step: "M6 4.5v15l9-7.5zM16 5h3v14h-3z",
  epoch: "M3 5v14l7-7zM10 5v14l7-7zM18 5h3v14h-3z",
  reset: "M12 5V1L6 6.5 12 12V8a5.5 5.5 0 1 1-5.5 5.5H3.5A8.5 8.5 0 1 0 12 5z",
};

export function sign(name: keyof typeof signs): SVGSVGElement {
  return svg("svg", { viewBox: "0 0 24 24", class: "sign", "aria-hidden": "true" }, svg("path", { d: signs[name], fill: "currentColor" }));
}
