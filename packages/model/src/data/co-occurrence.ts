import type { SparseMatrix } from '../linear-algebra/symmetric-factors.js';
import { itemPlaces, type ItemPlaces } from './item-places.js';
import { sequenceAt, type SequenceBatch } from './sequence-batch.js';

/** Places on either side that a click is taken to be seen with; a click `gap` places away counts 1 / gap. */
const reach = 5;

/**
 * How much more often two items are clicked near one another than chance has it: the positive pointwise mutual information of
 * items at most 5 places apart, natural logarithm. (N + 1) x (N + 1), symmetric, row and column 0, the padding, empty. Source:
 * Levy and Goldberg 2014.
 */
export function coOccurrence(sequences: SequenceBatch, itemCount: number): SparseMatrix {
  const counts = nearbyCounts(sequences, itemCount);
  const { offsets, columns } = counts;
  const sums = Float64Array.from({ length: itemCount + 1 }, (_, item) =>
    counts.values.subarray(offsets[item], offsets[item + 1]).reduce((sum, count) => sum + count, 0),
  );
  const total = sums.reduce((sum, count) => sum + count, 0);
  const values = counts.values.slice();
  for (let item = 0; item <= itemCount; item++) {
    for (let at = offsets[item]!; at < offsets[item + 1]!; at++) {
      values[at] = Math.max(0, Math.log((values[at]! * total) / (sums[item]! * sums[columns[at]!]!)));
    }
  }
  return { offsets, columns, values };
}

/** Pairs of clicks near one another, nearer ones weighing more; a pair of the same item is none. */
function nearbyCounts(sequences: SequenceBatch, itemCount: number): SparseMatrix {
  const places = itemPlaces(sequences, itemCount);
  const neighboursOf = (item: number): Map<number, number> => weighNeighbours(item, sequences, places, itemCount);
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

function weighNeighbours(
  item: number,
  sequences: SequenceBatch,
  { offsets, ...at }: ItemPlaces,
  itemCount: number,
): Map<number, number> {
  const weights = new Map<number, number>();
  for (let index = offsets[item]!; index < offsets[item + 1]!; index++) {
    const sequence = sequenceAt(sequences, at.sequences[index]!);
    const place = at.places[index]!;
    const end = Math.min(sequence.length, place + reach + 1);
    for (let other = Math.max(0, place - reach); other < end; other++) {
      const neighbour = sequence[other]!;
      if (neighbour === item || neighbour > itemCount) continue;
      weights.set(neighbour, (weights.get(neighbour) ?? 0) + 1 / Math.abs(other - place));
    }
  }
  return weights;
}
