import { sequenceBatch } from '@click-recall/model';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../settings.js';
import { itemStatistics, rankerClicks } from './ranker-clicks.js';
import { partOf } from './split-users.js';

const rules = readSettings(undefined).rules.ranker;
const userIds = Array.from({ length: 400 }, (_, user) => `user-${user}`);
/** Everybody has clicked 1 to 5, but the first user only 1 and 2. */
const snapshot = {
  userIds,
  sequences: sequenceBatch(userIds.map((_, user) => (user === 0 ? [1, 2] : [1, 2, 3, 4, 5]))),
  newest: BigUint64Array.from(userIds, (_, user) => BigInt(user)),
};

describe('the split of users', () => {
  it('follows from the ids, and gives each part its share', () => {
    const parts = userIds.map((userId) => partOf(userId, rules));
    expect(userIds.map((userId) => partOf(userId, rules))).toEqual(parts);
    const share = (part: string): number => parts.filter((own) => own === part).length / parts.length;
    expect(share('gate')).toBeCloseTo(0.3, 1);
    expect(share('validation')).toBeCloseTo(0.105, 1);
  });
});

describe('the clicks of a ranker', () => {
  it('are the newest alone for the gate, and for learning the one before it as well, of other users', () => {
    const { train, validation, gate } = rankerClicks(snapshot, new Set(), rules);
    const parts = userIds.slice(1).map((userId) => partOf(userId, rules));
    const users = (part: string): number => parts.filter((own) => own === part).length;
    expect([train.length, validation.length, gate.length]).toEqual([
      2 * users('train'),
      2 * users('validation'),
      users('gate'),
    ]);
    expect(new Set(gate.map(({ target }) => target))).toEqual(new Set([5]));
    expect(new Set(train.map(({ target }) => target))).toEqual(new Set([4, 5]));
    for (const { before, target } of train) expect(Array.from(before)).toEqual([1, 2, 3, 4].slice(0, target - 1));
  });

  it('are none of those that the encoder was trained on', () => {
    const all = rankerClicks(snapshot, new Set(snapshot.newest), rules);
    expect([all.train, all.validation, all.gate]).toEqual([[], [], []]);
  });

  it('are no more than wanted, evenly over the users', () => {
    const { train, gate } = rankerClicks(snapshot, new Set(), { ...rules, maxLists: 10, gateMaxClicks: 7 });
    expect([train.length, gate.length]).toEqual([10, 7]);
  });

  it('are not counted among the clicks of an item', () => {
    // The first user's two are trained on; of the others the three before the two newest.
    const { clicks, followers } = itemStatistics(snapshot, 4);
    expect(Array.from(clicks)).toEqual([0, 400, 400, 399, 0]);
    expect(new Set(followers?.items)).toEqual(new Set([1, 2, 3]));
  });
});
