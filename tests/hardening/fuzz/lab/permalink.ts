// What the page makes of an address that somebody sent.
import { bounds, dataKinds, optimizerKinds, within } from "../../../../apps/lab/page/src/configuration";
import { fromHash, toHash } from "../../../../apps/lab/page/src/permalink";
import { promise } from "./promise";

export function permalink(text: string): void {
  const link = fromHash(text);
  const { config, changes, place, step, saved, problems } = link;
  promise(problems.every((problem) => problem.length < 500), "problems of a length that a person reads");
  promise(dataKinds.some(({ kind }) => kind === config.data.kind), "a kind of data");
  promise(optimizerKinds.some(({ kind }) => kind === config.optimizer.kind), "an optimizer");
  for (const [value, limits] of [
    [config.data.count, bounds.count],
    [config.data.noise, bounds.noise],
    [config.data.classes, bounds.classes],
    [config.data.validationShare, bounds.validationShare],
    [config.hidden.length, bounds.layers],
    [config.optimizer.learningRate, bounds.learningRate],
    [config.optimizer.momentum, bounds.momentum],
    [config.optimizer.weightDecay, bounds.weightDecay],
    [config.batchSize, bounds.batchSize],
    [config.seed, bounds.seed],
    [place.speed, bounds.speed],
    [step, bounds.step],
  ] as const) {
    promise(within(value, limits), "a number within its bounds");
  }
  for (const { width, keepProb } of config.hidden) {
    promise(within(width, bounds.width) && within(keepProb, bounds.keepProb), "a layer within its bounds");
  }
  changes.forEach((change, index) => {
    promise(change.step <= step && change.step > (changes[index - 1]?.step ?? -1), "changes one after the other");
    promise(within(change.learningRate, bounds.learningRate), "a learning rate within its bounds");
    promise(change.keepProbs.length === config.hidden.length, "a keep_prob for every layer");
    promise(change.keepProbs.every((keepProb) => within(keepProb, bounds.keepProb)), "keep_probs within their bounds");
  });
  const { own } = config.data;
  promise(config.data.kind !== "own" || own !== undefined, "own data has points");
  if (own) {
    promise(own.labels.length >= 2 && own.labels.length <= bounds.count.most, "points within bounds");
    promise(own.x.length === 2 * own.labels.length && own.x.every(Number.isFinite), "two numbers a point");
    promise(own.labels.every((label) => Number.isInteger(label) && label >= 0 && label < config.data.classes), "labels are classes");
  }
  // The page writes the address anew: what was read must come back as it is.
  const hash = toHash(link);
  const again = fromHash(hash);
  promise(again.problems.length === 0, `nothing to complain of in ${hash}`);
  promise(toHash(again) === hash, "an address that is read and written again stays");
  promise((again.saved?.length ?? -1) === (saved?.length ?? -1), "weights stay as many");
}
