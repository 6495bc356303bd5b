import { shuffle, type Random } from '../random/random.js';

/** Batches whose windows are sorted together: enough for batches of little padding, few enough to differ every epoch. */
const batchesPerSort = 32;

/**
 * Shuffled windows in batches of about the same length: runs of many batches are sorted, cut, and the batches come in an
 * order of chance. The last batch may be smaller.
 */
export function alikeTogether(
  shuffled: Int32Array,
  batchSize: number,
  lengthOf: (window: number) => number,
  random: Random,
): Int32Array[] {
  const batches: Int32Array[] = [];
  for (let start = 0; start < shuffled.length; start += batchesPerSort * batchSize) {
    // Sorting is stable, so equals stay in the order of chance.
    const run = shuffled.slice(start, start + batchesPerSort * batchSize).sort((a, b) => lengthOf(a) - lengthOf(b));
    for (let at = 0; at < run.length; at += batchSize) batches.push(run.subarray(at, at + batchSize));
  }
  const order = Int32Array.from(batches, (_, index) => index);
  shuffle(order, random);
  return Array.from(order, (index) => batches[index]!);
}
