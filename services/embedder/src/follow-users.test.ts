import { createExactIndex, type VectorIndex } from '@click-recall/vector-index';
import { spacesOf } from '@click-recall/encoding';
import { keysOf, type UserVector } from '@click-recall/redis';
import { describe, expect, it } from 'vitest';
import { followUsers } from './follow-users.js';
import { ITEMS, openTestEmbedder } from './open-test-embedder.js';

const version = { version: 'v', spaces: spacesOf('v', 2, { items: 10, users: 10 }) };

/** Vectors in memory, and an index that lets the test act right before it is written. */
function setup() {
  const stored = new Map<string, UserVector>();
  const exact = createExactIndex();
  let before: (() => Promise<void>) | undefined;
  const index: Pick<VectorIndex, 'upsert' | 'remove'> = {
    async upsert(space, entries) {
      const act = before;
      before = undefined;
      await act?.();
      return exact.upsert(space, entries);
    },
    remove: (space, ids) => exact.remove(space, ids),
  };
  const userVectors = {
    get: async (_: string, userIds: readonly string[]) => userIds.map((userId) => stored.get(userId)),
    revisions: async (_: string, userIds: readonly string[]) => userIds.map((userId) => stored.get(userId)?.revision),
  };
  const put = (userId: string, revision: number, ...vector: number[]) =>
    stored.set(userId, { revision, vector: Float32Array.from(vector) });
  return {
    stored,
    put,
    follow: (...userIds: string[]) => followUsers({ userVectors, index }, version, userIds),
    beforeNextWrite: (act: () => Promise<void>) => (before = act),
    vectorOf: async (userId: string) => (await exact.vectors(version.spaces.users, [userId]))[0],
  };
}

describe('the index of users', () => {
  it('gets the stored vectors, and loses users without one', async () => {
    const { put, stored, follow, vectorOf } = setup();
    put('a', 1, 3, 4);
    put('b', 1, 1, 0);
    await follow('a', 'b');
    expect(await vectorOf('a')).toEqual(Float32Array.of(3, 4));
    stored.delete('a');
    put('b', 2);
    await follow('a', 'b');
    expect(await vectorOf('a')).toBeUndefined();
    expect(await vectorOf('b')).toBeUndefined();
  });

  it('ends with the newest vector where another writer was quicker', async () => {
    const { put, follow, vectorOf, beforeNextWrite } = setup();
    put('a', 1, 1, 0);
    beforeNextWrite(async () => {
      put('a', 2, 0, 1);
      await follow('a');
    });
    await follow('a');
    expect(await vectorOf('a')).toEqual(Float32Array.of(0, 1));
  });

  it('does not bring back a user who is forgotten meanwhile', async () => {
    const { put, stored, follow, vectorOf, beforeNextWrite } = setup();
    put('a', 1, 1, 0);
    beforeNextWrite(async () => void stored.delete('a'));
    await follow('a');
    expect(await vectorOf('a')).toBeUndefined();
  });

  it('is done with many users while they go on changing as quickly as all of them can be written', async () => {
    const users = Array.from({ length: 1_000 }, (_, user) => `user-${user}`);
    // A write takes a tick, and each user changes once in a thousand ticks: in turn, so one a tick.
    let tick = 0;
    const revisionOf = (userId: string): number => 1 + Math.floor((tick + Number(userId.slice(5))) / users.length);
    const userVectors = {
      get: async (_: string, userIds: readonly string[]) =>
        userIds.map((userId) => ({ revision: revisionOf(userId), vector: Float32Array.of(1, 0) })),
      revisions: async (_: string, userIds: readonly string[]) => userIds.map(revisionOf),
    };
    const index: Pick<VectorIndex, 'upsert' | 'remove'> = {
      async upsert(_, entries) {
        tick += entries.length;
        if (tick > 20 * users.length) throw new Error('this would never end');
        return { clamped: 0 };
      },
      remove: async () => 0,
    };
    await followUsers({ userVectors, index }, version, users);
    expect(tick).toBeLessThan(1.5 * users.length);
  });

  it(
    'loses a user whose stored vector was damaged by hand, and has the user again after the next build',
    { timeout: 60_000 },
    async () => {
      const test = await openTestEmbedder();
      await test.click('u', ITEMS[0]!);
      await test.start();
      const live = await test.writeModel();
      await test.switchTo(live);
      const { spaces } = await test.openModel(live);
      const whole = await test.userVectors.get(live, ['u']);
      const key = keysOf(test.namespace).userVector(live, 'u');
      const bytes = (await test.redis.commands.callBytes(['GET', key])) as Buffer;
      await test.redis.commands.call(['SET', key, Buffer.concat([bytes, Buffer.of(1)])]);

      await followUsers(test, { version: live, spaces }, ['u']);
      expect(await test.index.count(spaces.users)).toBe(0);
      const id = await test.jobs.add('embed', { modelVersion: live });
      const ended = await test.jobs.waitFor('embed', id, { timeoutMs: 25_000, pollMs: 50 });
      expect(ended).toMatchObject({ kind: 'completed' });
      expect(await test.userVectors.get(live, ['u'])).toEqual(whole);
      expect(await test.index.count(spaces.users)).toBe(1);
    },
  );
});
