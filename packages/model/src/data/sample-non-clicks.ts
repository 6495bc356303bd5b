import { ModelInputError } from '../errors.js';
import type { Random } from '../random/random.js';
import { sequenceAt, sequenceCount, type SequenceBatch } from './sequence-batch.js';

/** Pairs of a user and an item, and whether it was clicked, 1 or 0. */
export interface LabelledPairs {
  readonly users: Int32Array;
  readonly items: Int32Array;
  readonly labels: Float32Array;
}

/**
 * Every click of every user and behind each `perClick` items that the user has not clicked, drawn uniformly. A user
 * who has clicked every item has clicks only. Throws a ModelInputError for an item outside 1 to `itemCount`.
 */
export function sampleNonClicks(
  clicks: SequenceBatch,
  itemCount: number,
  perClick: number,
  random: Random,
): LabelledPairs {
  const users: number[] = [];
  const items: number[] = [];
  const labels: number[] = [];
  const add = (user: number, item: number, label: number): void => {
    users.push(user);
    items.push(item);
    labels.push(label);
  };
  for (let user = 0; user < sequenceCount(clicks); user++) {
    const own = sequenceAt(clicks, user);
    const clicked = new Set(own);
    for (const item of own) {
      if (item < 1 || item > itemCount) throw new ModelInputError(`items must be from 1 to ${itemCount}, not ${item}`);
      add(user, item, 1);
      for (let count = 0; count < perClick && clicked.size < itemCount; count++) {
        let other = 1 + random.below(itemCount);
        while (clicked.has(other)) other = 1 + random.below(itemCount);
        add(user, other, 0);
      }
    }
  }
  return { users: Int32Array.from(users), items: Int32Array.from(items), labels: Float32Array.from(labels) };
}
