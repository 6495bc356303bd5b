import { sequenceAt, sequenceBatch, sequenceCount, type SequenceBatch } from './sequence-batch.js';

/**
 * Cuts long sequences into windows of `length` steps (`length` + 1 items, since a step needs its label), from the newest
 * backwards. Neighbours share `overlap` of their steps, and one item where that is 0; what is left at the old end is kept when
 * it is at least half a window. Sequences of one item have no label and are left out.
 */
export function windows(sequences: SequenceBatch, length: number, overlap = 0): SequenceBatch {
  const step = Math.max(1, Math.round(length * (1 - overlap)));
  const cut: Int32Array[] = [];
  const users: number[] = [];
  for (let user = 0; user < sequenceCount(sequences); user++) {
    const items = sequenceAt(sequences, user);
    let end = items.length;
    while (end >= 2) {
      cut.push(items.subarray(Math.max(0, end - length - 1), end));
      users.push(sequences.users?.[user] ?? 0);
      end -= step;
      if (end < length / 2) break;
    }
  }
  return sequenceBatch(cut, sequences.users && Int32Array.from(users));
}
