import { forEachNear, itemPlaces } from './item-places.js';
import type { SequenceBatch } from './sequence-batch.js';

/**
 * What is clicked with what, sparse: the entries of item i are those from `offsets[i]` up to, not including, `offsets[i + 1]`;
 * entry e says how strongly `items[e]` follows i, soon after it (`next`) and in its wider surroundings (`together`).
 */
export interface ItemFollowers {
  /** N + 2, ascending from 0 to the number of entries. */
  readonly offsets: Int32Array;
  readonly items: Int32Array;
  /** Expected clicks on the follower in the ten after a click on the item, near ones weighing more. */
  readonly next: Float32Array;
  /** Like a cosine: pairs of clicks within 50 places of one another, over the root of both items' clicks. */
  readonly together: Float32Array;
}

/** Places behind a click that `next` looks at, and how much less each weighs than the one before. */
const reach = 10;
const decay = 0.75;
/** Places on either side that `together` looks at. */
const surroundings = 50;
/** Clicks that every item is taken to have beside its own, so that what was seen once says little. */
const priorNext = 5;
const priorTogether = 10;
/** Entries of all items, at most. */
const mostEntries = 20_000_000;

/** Counts over sequences; of each item the `perItem` strongest entries are kept. Items above `itemCount` are left out. */
export function itemFollowers(sequences: SequenceBatch, itemCount: number, perItem = 200): ItemFollowers {
  const most = Math.max(1, Math.min(perItem, Math.floor(mostEntries / Math.max(1, itemCount))));
  const places = itemPlaces(sequences, itemCount);
  const clicks = (item: number): number => places.offsets[item + 1]! - places.offsets[item]!;
  const next = new Float32Array(itemCount + 1);
  const together = new Float32Array(itemCount + 1);
  const offsets = new Int32Array(itemCount + 2);
  const kept: { item: number; next: number; together: number }[] = [];
  for (let item = 1; item <= itemCount; item++) {
    const touched = new Set<number>();
    forEachNear(sequences, places, item, surroundings, (follower, gap) => {
      touched.add(follower);
      together[follower]! += 1;
      if (gap >= 1 && gap <= reach) next[follower]! += decay ** (gap - 1);
    });
    const entries = Array.from(touched, (follower) => ({
      item: follower,
      next: next[follower]! / (clicks(item) + priorNext),
      together: together[follower]! / Math.sqrt((clicks(item) + priorTogether) * (clicks(follower) + priorTogether)),
    }));
    for (const follower of touched) next[follower] = together[follower] = 0;
    entries.sort((a, b) => b.next + b.together - a.next - a.together || a.item - b.item);
    kept.push(...entries.slice(0, most));
    offsets[item + 1] = kept.length;
  }
  return {
    offsets,
    items: Int32Array.from(kept, (entry) => entry.item),
    next: Float32Array.from(kept, (entry) => entry.next),
    together: Float32Array.from(kept, (entry) => entry.together),
  };
}
