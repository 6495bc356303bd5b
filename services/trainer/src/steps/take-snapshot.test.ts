import type { Sequence } from '@click-recall/redis';
import { sequenceAt } from '@click-recall/model';
import { describe, expect, it } from 'vitest';
import { growVocabulary, takeSnapshot } from './take-snapshot.js';

type Clicks = Record<string, readonly string[]>;

function storeOf(users: Clicks, order = Object.keys(users)) {
  const read = (userIds: readonly string[]): Promise<Sequence[]> =>
    Promise.resolve(
      userIds.map((userId) => ({
        userId,
        revision: 1,
        events: (users[userId] ?? []).map((itemId, place) => ({ timestamp: place, eventId: `e${place}`, itemId })),
      })),
    );
  async function* listUsers(): AsyncIterable<string[]> {
    for (const userId of order) yield [userId];
  }
  return { read, listUsers };
}

const checkpoint = async (): Promise<void> => undefined;
const snapshotOf = (users: Clicks, known: readonly string[] = [], order?: string[]) =>
  takeSnapshot({ store: storeOf(users, order), known, checkpoint });

describe('a snapshot', () => {
  it('holds every sequence by item index, users sorted, new items after the known ones', async () => {
    const snapshot = await snapshotOf({ bob: ['z', 'a'], amy: ['b', 'z', 'k'] }, ['k', 'old']);
    expect(snapshot.userIds).toEqual(['amy', 'bob']);
    expect(snapshot.itemIds).toEqual(['k', 'old', 'a', 'b', 'z']);
    expect([...sequenceAt(snapshot.sequences, 0)]).toEqual([4, 5, 1]);
    expect([...sequenceAt(snapshot.sequences, 1)]).toEqual([5, 3]);
    expect(snapshot).toMatchObject({ items: 4, clicks: 5 });
    expect(snapshot.newest).toHaveLength(2);
  });

  it('is the same whatever order the users are listed in, and another when a click is', async () => {
    const users = { a: ['1', '2'], b: ['2', '3'] };
    const [one, other, changed] = [
      await snapshotOf(users),
      await snapshotOf(users, [], ['b', 'a']),
      await snapshotOf({ ...users, b: ['3', '2'] }),
    ];
    expect(other).toEqual(one);
    expect(changed.fingerprint).not.toBe(one.fingerprint);
  });

  it('leaves out a user who was forgotten after the listing', async () => {
    const snapshot = await snapshotOf({ a: ['1'], gone: [], b: ['2'] });
    expect(snapshot.userIds).toEqual(['a', 'b']);
    expect([...snapshot.sequences.offsets]).toEqual([0, 1, 2]);
  });

  it('is empty where there is nobody', async () => {
    const snapshot = await snapshotOf({}, ['k']);
    expect(snapshot).toMatchObject({ userIds: [], itemIds: ['k'], clicks: 0, items: 0 });
  });

  it('holds more clicks than fit its first buffer', async () => {
    const many = Array.from({ length: 70_000 }, (_, place) => String(place % 7));
    const snapshot = await snapshotOf({ a: many, b: ['6'] });
    expect(snapshot.clicks).toBe(70_001);
    expect(snapshot.sequences.items[69_999]).toBe((69_999 % 7) + 1);
    expect(snapshot.sequences.items[70_000]).toBe(7);
  });

  it('ends where the task is to end', async () => {
    const store = storeOf({ a: ['1'] });
    const ended = takeSnapshot({ store, known: [], checkpoint: () => Promise.reject(new Error('ended')) });
    await expect(ended).rejects.toThrow('ended');
  });
});

describe('a vocabulary', () => {
  it('only grows, and in the same way whatever order the items were seen in', () => {
    expect(growVocabulary(['b', 'a'], ['d', 'a', 'c'])).toEqual(['b', 'a', 'c', 'd']);
    expect(growVocabulary(['b', 'a'], ['c', 'd'])).toEqual(['b', 'a', 'c', 'd']);
    expect(growVocabulary(['b', 'a'], [])).toEqual(['b', 'a']);
  });
});
