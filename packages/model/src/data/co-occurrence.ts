import type { SparseMatrix } from '../linear-algebra/symmetric-factors.js';
import { forEachNear, itemPlaces } from './item-places.js';
import type { SequenceBatch } from './sequence-batch.js';

/** Places on either side that a click is taken to be seen with; a click `gap` places away counts 1 / gap. */
const reach = 5;

/**
 * How much more often two items are clicked near one another than chance has it: the positive pointwise mutual information of
 * items at most 5 places apart, natural logarithm. (N + 1) x (N + 1), symmetric, row and column 0, the padding, empty. Source:
 * Levy and Goldberg 2014.
 */
export function coOccurrence(sequences: SequenceBatch, itemCount: number): SparseMatrix {
  const matrix = nearbyCounts(sequences, itemCount);
  const { offsets, columns, values } = matrix;
  const sums = Float64Array.from({ length: itemCount + 1 }, (_, item) =>
    values.subarray(offsets[item], offsets[item + 1]).reduce((sum, count) => sum + count, 0),
  );
  const total = sums.reduce((sum, count) => sum + count, 0);
  for (let item = 0; item <= itemCount; item++) {
    for (let at = offsets[item]!; at < offsets[item + 1]!; at++) {
      values[at] = Math.max(0, Math.log((values[at]! * total) / (sums[item]! * sums[columns[at]!]!)));
    }
  }
  return matrix;
}

/** Pairs of clicks near one another, nearer ones weighing more; a pair of the same item is none. */
function nearbyCounts(sequences: SequenceBatch, itemCount: number): SparseMatrix {
  const places = itemPlaces(sequences, itemCount);
  const neighboursOf = (item: number): Map<number, number> => {
    const weights = new Map<number, number>();
    forEachNear(sequences, places, item, reach, (near, gap) => {
      if (near !== item) weights.set(near, (weights.get(near) ?? 0) + 1 / Math.abs(gap));
    });
    return weights;
  };
  // Gone through twice, so that there is never more than one copy of all pairs.
  const offsets = new Int32Array(itemCount + 2);
  for (let item = 1; item <= itemCount; item++) offsets[item + 1] = offsets[item]! + neighboursOf(item).size;
  const columns = new Int32Array(offsets.at(-1)!);
  const values = new Float32Array(columns.length);
  let entry = 0;
  for (let item = 1; item <= itemCount; item++) {
    for (const [neighbour, weight] of neighboursOf(item)) {
      columns[entry] = neighbour;
      values[entry++] = weight;
    }
  }
  return { offsets, columns, values };
}
