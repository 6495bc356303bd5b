import { ModelInputError } from '../errors.js';

/**
 * Ragged sequences in two arrays: the items of sequence u are `items[offsets[u]]` up to, not including,
 * `items[offsets[u + 1]]`; item indexes from 1, oldest first. 0 is padding and never appears.
 */
export interface SequenceBatch {
  readonly items: Int32Array;
  /** One more than there are sequences, ascending from 0 to `items.length`. */
  readonly offsets: Int32Array;
  /** Row of the table of users of each sequence, where the model has one; 0, or left out: a user it does not know. */
  readonly users?: Int32Array | undefined;
}

/** Sequences and, for each, the item that came next. */
export interface LabelledSequences {
  readonly inputs: SequenceBatch;
  readonly targets: Int32Array;
}

/** B, how many sequences there are. */
export function sequenceCount(batch: SequenceBatch): number {
  return batch.offsets.length - 1;
}

/** A view, not a copy. */
export function sequenceAt(batch: SequenceBatch, index: number): Int32Array {
  return batch.items.subarray(batch.offsets[index], batch.offsets[index + 1]);
}

/**
 * Copies sequences of item indexes, oldest first, into one batch; they may be empty. Indexes and rows of users are not
 * looked at.
 */
export function sequenceBatch(sequences: readonly ArrayLike<number>[], users?: Int32Array): SequenceBatch {
  const offsets = new Int32Array(sequences.length + 1);
  sequences.forEach((sequence, index) => (offsets[index + 1] = offsets[index]! + sequence.length));
  const items = new Int32Array(offsets[sequences.length]!);
  sequences.forEach((sequence, index) => items.set(sequence, offsets[index]));
  return users === undefined ? { items, offsets } : { items, offsets, users };
}

/**
 * Throws a ModelInputError unless the offsets fit the items, every item is of a vocabulary of `itemCount` and every user
 * of one of `userCount`, or 0. A model without users, `userCount` 0, does not look at them.
 */
export function checkSequences(batch: SequenceBatch, itemCount: number, userCount = 0): void {
  const { items, offsets, users } = batch;
  if (offsets.length === 0 || offsets[0] !== 0 || offsets.at(-1) !== items.length) {
    throw new ModelInputError(`offsets must go from 0 to ${items.length}, the number of items`);
  }
  for (let index = 1; index < offsets.length; index++) {
    if (offsets[index]! < offsets[index - 1]!) throw new ModelInputError(`offsets must ascend, not so at ${index}`);
  }
  for (let index = 0; index < items.length; index++) {
    const item = items[index]!;
    if (item < 1 || item > itemCount) {
      throw new ModelInputError(`items[${index}] must be from 1 to ${itemCount}, not ${item}`);
    }
  }
  if (users === undefined || userCount === 0) return;
  if (users.length !== offsets.length - 1) {
    throw new ModelInputError(`users must have ${offsets.length - 1} rows, one a sequence, not ${users.length}`);
  }
  users.forEach((user, index) => {
    if (user < 0 || user > userCount) {
      throw new ModelInputError(`users[${index}] must be from 0 to ${userCount}, not ${user}`);
    }
  });
}
