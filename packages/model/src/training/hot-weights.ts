import type { TrainingConfig } from '../config.js';

/** What is subtracted from the logits of the labels of places that are real or padding. */
export type HotWeights = (labels: Int32Array, isReal: (place: number) => boolean) => Float32Array | undefined;

/**
 * log q, q the probability of the draw that put a label at its place: an item's share of the labels where the place
 * is real, one in N where it is padding and the label a uniform draw (in the document's form 0).
 */
export function createHotWeights(
  kind: TrainingConfig['hotWeights'],
  logShare: Float32Array,
  itemCount: number,
): HotWeights {
  if (kind === 'none') return () => undefined;
  const atPadding = kind === 'corrected' ? Math.log(1 / itemCount) : 0;
  return (labels, isReal) => Float32Array.from(labels, (label, at) => (isReal(at) ? logShare[label]! : atPadding));
}

/**
 * The log of every item's share of what is counted, by item, from clicks by item ([0] the padding's). An item that is not
 * there counts as one click.
 */
export function logShares(clicks: Float64Array): Float32Array {
  const total = clicks.reduce((sum, count) => sum + count, 0);
  return Float32Array.from(clicks, (count) => Math.log((count > 0 ? count : 1) / total));
}
