import { coOccurrence } from '../data/co-occurrence.js';
import { sequenceAt, sequenceBatch, sequenceCount, type SequenceBatch } from '../data/sequence-batch.js';
import { symmetricFactors } from '../linear-algebra/symmetric-factors.js';
import type { SequenceEncoder } from '../networks/encoder.js';
import { itemTables } from '../networks/sequence-encoder/parameters.js';
import { createRandom } from '../random/random.js';

/** Clicks that are looked at, at most: their pairs, ten times as many, are held in memory. */
const mostClicks = 4_000_000;

/**
 * Gives the rows of a fresh encoder's item tables the strongest factors of what is clicked together in `train`, scaled to the
 * spread that the rows had. Of more than 4,000,000 clicks, every k-th sequence is looked at, k as small as that allows. Items
 * that are never near another, and columns beyond the rank, keep their random numbers.
 */
export async function startItemsFromCoOccurrence(
  encoder: SequenceEncoder,
  train: SequenceBatch,
  seed: number,
): Promise<void> {
  const { dim, itemCount } = encoder;
  const matrix = coOccurrence(thinned(train), itemCount);
  const factors = await symmetricFactors(matrix, dim, createRandom(seed));
  const squares = factors.reduce((sum, column) => sum + column.reduce((part, value) => part + value * value, 0), 0);
  if (squares === 0) return;
  const weights = encoder.weights();
  for (const table of itemTables(encoder.config)) {
    const { value } = weights.parameters.get(table)!;
    const scale = rootMeanSquare(value.subarray(dim)) / Math.sqrt(squares / (itemCount * dim));
    for (let item = 1; item <= itemCount; item++) {
      if (matrix.offsets[item] === matrix.offsets[item + 1]) continue;
      factors.forEach((factor, column) => (value[item * dim + column] = scale * factor[item]!));
    }
  }
  encoder.useWeights(weights);
}

/** Sequences at even distances, of about as many clicks as are looked at. */
function thinned(train: SequenceBatch): SequenceBatch {
  const step = Math.ceil(train.items.length / mostClicks);
  if (step <= 1) return train;
  const count = Math.ceil(sequenceCount(train) / step);
  return sequenceBatch(Array.from({ length: count }, (_, index) => sequenceAt(train, index * step)));
}

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
