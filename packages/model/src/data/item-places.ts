import { sequenceAt, sequenceCount, type SequenceBatch } from './sequence-batch.js';

/** Where each item stands in sequences: its places are those from `offsets[item]` up to, not including, `offsets[item + 1]`. */
export interface ItemPlaces {
  /** N + 2. */
  readonly offsets: Int32Array;
  /** Which sequence. */
  readonly sequences: Int32Array;
  /** From 0, in the sequence. */
  readonly places: Int32Array;
}

/** Items above `itemCount` are left out. */
export function itemPlaces(sequences: SequenceBatch, itemCount: number): ItemPlaces {
  const offsets = new Int32Array(itemCount + 2);
  for (const item of sequences.items) if (item <= itemCount) offsets[item + 1]! += 1;
  for (let item = 1; item < offsets.length; item++) offsets[item]! += offsets[item - 1]!;
  const filled = offsets.slice();
  const [ofSequence, place] = [new Int32Array(offsets.at(-1)!), new Int32Array(offsets.at(-1)!)];
  for (let index = 0; index < sequenceCount(sequences); index++) {
    sequenceAt(sequences, index).forEach((item, at) => {
      if (item > itemCount) return;
      const slot = filled[item]!++;
      ofSequence[slot] = index;
      place[slot] = at;
    });
  }
  return { offsets, sequences: ofSequence, places: place };
}

/**
 * The clicks at most `reach` places before or behind each click on an item, and how many places behind it: below 0 where before.
 * Items above the `itemCount` of the places are left out.
 */
export function forEachNear(
  sequences: SequenceBatch,
  { offsets, ...at }: ItemPlaces,
  item: number,
  reach: number,
  visit: (near: number, gap: number) => void,
): void {
  const itemCount = offsets.length - 2;
  for (let index = offsets[item]!; index < offsets[item + 1]!; index++) {
    const sequence = sequenceAt(sequences, at.sequences[index]!);
    const place = at.places[index]!;
    const end = Math.min(sequence.length, place + reach + 1);
    for (let other = Math.max(0, place - reach); other < end; other++) {
      const near = sequence[other]!;
      if (other !== place && near <= itemCount) visit(near, other - place);
    }
  }
}
