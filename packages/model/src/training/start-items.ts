import { coOccurrence } from '../data/co-occurrence.js';
import type { SequenceBatch } from '../data/sequence-batch.js';
import { symmetricFactors } from '../linear-algebra/symmetric-factors.js';
import type { SequenceEncoder } from '../networks/encoder.js';
import { itemTables } from '../networks/sequence-encoder/parameters.js';
import { createRandom } from '../random/random.js';

/**
 * Gives the rows of a fresh encoder's item tables the strongest factors of what is clicked together in `train`, scaled to the spread
 * that the rows had. Items that are never near another, and columns beyond the rank, keep their random numbers.
 */
export async function startItemsFromCoOccurrence(
  encoder: SequenceEncoder,
  train: SequenceBatch,
  seed: number,
): Promise<void> {
  const { dim, itemCount } = encoder;
  const matrix = coOccurrence(train, itemCount);
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

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
