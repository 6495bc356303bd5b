import { sequenceAt, sequenceCount, type SequenceBatch } from '../data/sequence-batch.js';

/** Clicks of every item; [0] is the padding's, 0. */
export function itemPopularity(train: SequenceBatch, itemCount: number): Float64Array {
  const clicks = new Float64Array(itemCount + 1);
  for (const item of train.items) clicks[item] = clicks[item]! + 1;
  return clicks;
}

/** How often each item came next, by the item that it followed. */
export function transitionCounts(train: SequenceBatch): Map<number, Map<number, number>> {
  const followers = new Map<number, Map<number, number>>();
  for (let user = 0; user < sequenceCount(train); user++) {
    const items = sequenceAt(train, user);
    for (let at = 1; at < items.length; at++) {
      const after = followers.get(items[at - 1]!) ?? new Map<number, number>();
      followers.set(items[at - 1]!, after.set(items[at]!, (after.get(items[at]!) ?? 0) + 1));
    }
  }
  return followers;
}
