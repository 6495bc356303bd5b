import { itemFollowers, sequenceAt, sequenceBatch, sequenceCount, type RankerItems } from '@click-recall/model';
import type { RankerRules } from '../settings.js';
import type { ClickBefore } from './recalled-lists.js';
import { partOf, type Part } from './split-users.js';
import type { Snapshot } from './take-snapshot.js';
import { HELD_OUT_FROM, type TrainedClicks } from './trained-clicks.js';

/**
 * The clicks that a ranker learns from, chooses its epoch by and is judged by, each of other users. Only of users whose newest click the
 * encoder was not trained on: that one; and, to learn from, the one before it as well, which was held out with it. Judged is by the
 * newest alone, since the encoder's epoch was chosen by the other.
 */
export function rankerClicks(
  { sequences, userIds, newest }: Pick<Snapshot, 'sequences' | 'userIds' | 'newest'>,
  trained: TrainedClicks,
  rules: RankerRules,
): Record<Part, ClickBefore[]> {
  const parts: Record<Part, ClickBefore[]> = { train: [], validation: [], gate: [] };
  userIds.forEach((userId, user) => {
    const clicks = sequenceAt(sequences, user);
    if (clicks.length < HELD_OUT_FROM || trained.has(newest[user]!)) return;
    const part = partOf(userId, rules);
    for (const fromEnd of part === 'gate' ? [1] : [1, 2]) {
      parts[part].push({ before: clicks.subarray(0, -fromEnd), target: clicks.at(-fromEnd)! });
    }
  });
  return {
    train: spread(parts.train, rules.maxLists),
    validation: spread(parts.validation, rules.gateMaxClicks),
    gate: spread(parts.gate, rules.gateMaxClicks),
  };
}

/** What the items of a vocabulary have to do with one another, the two newest clicks of each user left out. */
export function itemStatistics(
  { sequences }: Pick<Snapshot, 'sequences'>,
  items: number,
): Required<Pick<RankerItems, 'clicks' | 'followers'>> {
  const before = sequenceBatch(
    Array.from({ length: sequenceCount(sequences) }, (_, user) => {
      const own = sequenceAt(sequences, user);
      return own.length < HELD_OUT_FROM ? own : own.subarray(0, -2);
    }),
  );
  const clicks = new Float32Array(items + 1);
  for (const item of before.items) if (item <= items) clicks[item]! += 1;
  return { clicks, followers: itemFollowers(before, items) };
}

/** At most `most` of them, evenly over all. */
function spread<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, place) => all[Math.floor((place * all.length) / most)]!);
}
