// One keep_prob looks the same in every chart: its colour, its symbol and its name. No dropout is drawn in the ink of
// the text. The colours stand in style.css, so that they follow the reader's light or dark scheme by themselves.

const symbols = ["square", "triangle", "diamond", "star", "wye", "cross", "hexagon"];

export function seriesOf(keepProbs) {
  let next = 0;
  return keepProbs.map((keep) => {
    if (keep === 1) return { keep, color: "var(--series-0)", symbol: "circle" };
    const index = next++ % symbols.length;
    return { keep, color: `var(--series-${index + 1})`, symbol: symbols[index] };
  });
}
