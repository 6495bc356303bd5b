import type { SparseMatrix } from '../linear-algebra/symmetric-factors.js';
import { itemPlaces } from './item-places.js';
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
  const weight = new Float64Array(itemCount + 1);
  const offsets = new Int32Array(itemCount + 2);
  const columns: number[] = [];
  const values: number[] = [];
  for (let item = 1; item <= itemCount; item++) {
    const touched = new Set<number>();
    for (let at = places.offsets[item]!; at < places.offsets[item + 1]!; at++) {
      const sequence = sequenceAt(sequences, places.sequences[at]!);
      const place = places.places[at]!;
      const end = Math.min(sequence.length, place + reach + 1);
      for (let other = Math.max(0, place - reach); other < end; other++) {
        const neighbour = sequence[other]!;
        if (neighbour === item || neighbour > itemCount) continue;
        touched.add(neighbour);
        weight[neighbour]! += 1 / Math.abs(other - place);
      }
    }
    for (const neighbour of touched) {
      columns.push(neighbour);
      values.push(weight[neighbour]!);
      weight[neighbour] = 0;
    }
    offsets[item + 1] = columns.length;
  }
  return { offsets, columns: Int32Array.from(columns), values: Float32Array.from(values) };
}
