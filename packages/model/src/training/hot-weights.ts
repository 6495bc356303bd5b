import type { TrainingConfig } from '../config.js';
import type { SequenceBatch } from '../data/sequence-batch.js';
import { itemPopularity } from '../evaluation/baselines.js';

/** What is subtracted from the logits of the labels (L * B) of places that are real (1) or padding (0). */
export type HotWeights = (labels: Int32Array, items: Int32Array) => Float32Array | undefined;

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
  const total = train.items.length;
  const logShare = Float32Array.from(itemPopularity(train, itemCount), (clicks) =>
    Math.log(Math.max(1, clicks) / total),
  );
  const atPadding = kind === 'corrected' ? Math.log(1 / itemCount) : 0;
  return (labels, items) => Float32Array.from(labels, (label, at) => (items[at] === 0 ? atPadding : logShare[label]!));
}
