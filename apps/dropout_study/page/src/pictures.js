// Pictures of numbers that are no chart: the first layer's weights, and dropout's masks.
import { element, svg } from "./dom.js";
import { count, hiddenName, keepName, plural, sentenceCase } from "./format.js";

const columns = 6;
const space = 2; // pixels between tiles

/** One net's tiles on one canvas. */
function tiles({ side, channels, tiles: number, pixels }) {
  const bytes = Uint8Array.from(atob(pixels), (letter) => letter.charCodeAt(0));
  if (bytes.length !== number * side * side * channels) throw new Error("the pixels of the weights do not fit their shape");
  const across = Math.min(columns, number);
  const canvas = element("canvas", {
    width: across * (side + space) - space,
    height: Math.ceil(number / across) * (side + space) - space,
  });
  canvas.style.setProperty("--across", across);
  const context = canvas.getContext("2d");
  for (let tile = 0; tile < number; ++tile) {
    const image = context.createImageData(side, side);
    for (let pixel = 0; pixel < side * side; ++pixel) {
      const from = (tile * side * side + pixel) * channels;
      for (let channel = 0; channel < 3; ++channel) {
        image.data[pixel * 4 + channel] = bytes[from + (channels === 3 ? channel : 0)];
      }
      image.data[pixel * 4 + 3] = 255;
    }
    context.putImageData(image, (tile % across) * (side + space), Math.floor(tile / across) * (side + space));
  }
  return canvas;
}

export function weights(net, index) {
  const canvas = tiles(net);
  const title = element("strong", { id: `weights-${index}` }, sentenceCase(keepName(net.keep_prob)));
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-labelledby", `weights-heading weights-${index}`);
  canvas.setAttribute("aria-describedby", `weights-${index}-caption`);
  return element(
    "figure",
    {},
    canvas,
    element(
      "figcaption",
      { id: `weights-${index}-caption` },
      title,
      `: ${plural(net.tiles, "unit")} of the first layer, ${net.side}×${net.side} ${net.channels === 3 ? "colour" : "grey"} weights each; hidden layers ${hiddenName(net.hidden)}, ${count(net.training)} training images, seed ${net.seed}.`,
    ),
  );
}

/** Every unit that stays as one unit square; one path, so that a strip of thousands of units stays light. */
function squares(rows) {
  let path = "";
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; ++x) if (row[x] === "1") path += `M${x} ${y}h1v1h-1z`;
  });
  return path;
}

export function masks({ units, examples }, { keep_prob, rows }, series, index) {
  const kept = rows.join("").split("1").length - 1;
  const all = rows.length * units;
  const picture = svg(
    "svg",
    {
      class: "mask",
      role: "img",
      "aria-labelledby": `masks-heading mask-${index}`,
      "aria-describedby": `mask-${index}-caption`,
      viewBox: `0 0 ${units} ${examples}`,
      preserveAspectRatio: "none",
    },
    svg("path", { d: squares(rows), fill: series.color, "shape-rendering": "crispEdges" }),
  );
  picture.style.setProperty("--rows", rows.length);
  return element(
    "figure",
    {},
    picture,
    element(
      "figcaption",
      { id: `mask-${index}-caption` },
      element("strong", { id: `mask-${index}` }, `keep_prob ${keep_prob}`),
      `: ${count(kept)} of ${count(all)} stay, a share of ${(kept / all).toFixed(3).replace(/^0/, "")}.`,
    ),
  );
}
