// How numbers and names are written, everywhere on the page alike.

const minus = "−";

/** An accuracy or a difference of accuracies with three digits: .318, 1.000, −.117. */
export function accuracy(value) {
  const digits = Math.abs(value).toFixed(3).replace(/^0/, "");
  return value < 0 && digits !== ".000" ? minus + digits : digits;
}

/** Mean and 95 % interval: ".318 ± .010", never broken into lines; "[low, high]" instead where the interval is lopsided; the mean alone without one. */
export function withInterval({ mean, low, high }) {
  if (low === null || high === null) return accuracy(mean);
  const below = mean - low;
  const above = high - mean;
  if (Math.abs(above - below) < 0.0005) return `${accuracy(mean)}\u00a0±\u00a0${accuracy((above + below) / 2)}`;
  return `${accuracy(mean)}\u00a0[${accuracy(low)},\u00a0${accuracy(high)}]`;
}

/** A difference shows its sign either way: "+.022 ± .007". */
export const difference = (interval) => (interval.mean > 0 ? "+" : "") + withInterval(interval);

export const count = (value) => value.toLocaleString("en");

export const plural = (value, word) => `${count(value)} ${word}${value === 1 ? "" : "s"}`;

/** [500, 100] as "500-100", as the program's option takes it. */
export const hiddenName = (hidden) => hidden.join("-") || "none";

/** A keep_prob inside a sentence. */
export const keepName = (keep) => (keep === 1 ? "without dropout" : `with keep_prob ${keep}`);

/** "a", "a and b", "a, b and c". */
export function list(items) {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}

/** Seeds, with runs of three or more neighbours drawn together: "0 to 19, 25". */
export function ranges(numbers) {
  const runs = [];
  for (const number of numbers) {
    const last = runs[runs.length - 1];
    if (last && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs
    .flatMap(([first, last]) => (last - first > 1 ? [`${first} to ${last}`] : first === last ? [first] : [first, last]))
    .join(", ");
}

export const sentenceCase = (text) => text.charAt(0).toUpperCase() + text.slice(1);
