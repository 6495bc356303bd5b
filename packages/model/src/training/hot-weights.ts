import type { TrainingConfig } from '../config.js';
import type { SequenceBatch } from '../data/sequence-batch.js';
import { itemPopularity } from '../evaluation/baselines.js';

/** What is subtracted from the logits of the labels of places that are real or padding. */
export type HotWeights = (labels: Int32Array, isReal: (place: number) => boolean) => Float32Array | undefined;

/**
 * log q, q the probability of the draw that put a label at its place: an item's share of the training clicks where the
 * place is real, one in N where it is padding and the label a uniform draw (in the document's form 0).
 */
export function createHotWeights(
  kind: TrainingConfig['hotWeights'],
  train: SequenceBatch,
  itemCount: number,
): HotWeights {
  if (kind === 'none') return () => undefined;
  const logShare = logShares(train, itemCount);
  const atPadding = kind === 'corrected' ? Math.log(1 / itemCount) : 0;
  return (labels, isReal) => Float32Array.from(labels, (label, at) => (isReal(at) ? logShare[label]! : atPadding));
}

/** The log of every item's share of the clicks, by item; an item without clicks counts as one click. */
export function logShares(train: SequenceBatch, itemCount: number): Float32Array {
  const total = train.items.length;
  return Float32Array.from(itemPopularity(train, itemCount), (clicks) => Math.log(Math.max(1, clicks) / total));
}
