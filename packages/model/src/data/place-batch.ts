import { sequenceAt, type SequenceBatch } from './sequence-batch.js';

/**
 * Left-padded sequences, place by place: the value of sequence b at place l is at l * B + b, so that a place's rows lie
 * together for the loss and the last place is the tail.
 */
export interface PlaceBatch {
  readonly batch: number;
  readonly length: number;
  /** L * B item indexes, 0 at padding. */
  readonly items: Int32Array;
  /** As in SequenceBatch, [B]. */
  readonly users?: Int32Array | undefined;
}

/** The newest `length` items of each chosen sequence, without its last `dropLast` items. */
export function placeBatch(sequences: SequenceBatch, chosen: Int32Array, length: number, dropLast = 0): PlaceBatch {
  const { offsets } = sequences;
  const ends = chosen.map((sequence) => offsets[sequence + 1]! - offsets[sequence]! - dropLast);
  return prefixBatch(sequences, chosen, ends, length);
}

/** The newest `length` items of the first `ends[b]` of each chosen sequence. */
export function prefixBatch(
  sequences: SequenceBatch,
  chosen: Int32Array,
  ends: Int32Array,
  length: number,
): PlaceBatch {
  const batch = chosen.length;
  const items = new Int32Array(length * batch);
  for (let b = 0; b < batch; b++) {
    const sequence = sequenceAt(sequences, chosen[b]!);
    const end = ends[b]!;
    for (let back = 1; back <= length && back <= end; back++)
      items[(length - back) * batch + b] = sequence[end - back]!;
  }
  const users = sequences.users && chosen.map((sequence) => sequences.users![sequence]!);
  return { batch, length, items, users };
}

/** 1 at real places, 0 at padding; L * B as in the batch. */
export function realPlaces({ items }: PlaceBatch): Float32Array {
  const isReal = new Float32Array(items.length);
  for (let at = 0; at < items.length; at++) if (items[at] !== 0) isReal[at] = 1;
  return isReal;
}

/** A click's place among the real clicks of its sequence, from 1; 0 at padding; L * B as in the batch. */
export function placesAmongReal({ batch, items }: PlaceBatch): Int32Array {
  const places = new Int32Array(items.length);
  for (let at = 0; at < items.length; at++) {
    if (items[at] !== 0) places[at] = (at < batch ? 0 : places[at - batch]!) + 1;
  }
  return places;
}
