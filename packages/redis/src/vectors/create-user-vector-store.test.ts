import { describe, expect, it } from 'vitest';
import { createSequenceStore } from '../sequences/create-sequence-store.js';
import { testRedis } from '../test-redis.js';
import { createUserVectorStore } from './create-user-vector-store.js';

async function testStores() {
  const { redis, namespace } = await testRedis();
  const sequences = createSequenceStore(redis, { namespace, keep: 10, seenKeep: 10 });
  const click = (userId: string, time: number) => ({
    userId,
    operations: [{ kind: 'add', timestamp: time, eventId: 'e', itemId: 'i', appendTimeMs: time } as const],
  });
  return { vectors: createUserVectorStore(redis, { namespace }), sequences, click };
}

const of = (...numbers: number[]): Float32Array => Float32Array.from(numbers);

describe('vectors of users', () => {
  it('read back bit for bit, each version for itself', async () => {
    const { vectors } = await testStores();
    const vector = of(0.1, -2.5e-30, 3, 1e30);
    expect(await vectors.put('v1', [{ userId: 'a{}:', revision: 2 ** 45 + 1, vector }])).toEqual([true]);
    expect(await vectors.get('v1', ['a{}:', 'b'])).toEqual([{ revision: 2 ** 45 + 1, vector }, undefined]);
    expect(await vectors.get('v2', ['a{}:'])).toEqual([undefined]);
    expect(await vectors.revisions('v1', ['b', 'a{}:'])).toEqual([undefined, 2 ** 45 + 1]);
  });

  it('never go back to an older revision', async () => {
    const { vectors } = await testStores();
    await vectors.put('v', [{ userId: 'u', revision: 5, vector: of(5) }]);
    expect(await vectors.put('v', [{ userId: 'u', revision: 4, vector: of(4) }])).toEqual([false]);
    expect(await vectors.put('v', [{ userId: 'u', revision: 5, vector: of(55) }])).toEqual([true]);
    expect(await vectors.get('v', ['u'])).toEqual([{ revision: 5, vector: of(55) }]);
  });

  it('are not written for a user who was forgotten', async () => {
    const { vectors, sequences, click } = await testStores();
    const ifExists = { onlyIfUserExists: true };
    await sequences.applyBatch([click('u', 100)]);
    expect(await vectors.put('v', [{ userId: 'u', revision: 100, vector: of(1) }], ifExists)).toEqual([true]);
    await sequences.applyBatch([{ userId: 'u', operations: [{ kind: 'forget', appendTimeMs: 200 }] }]);
    await vectors.delete('v', ['u']);
    expect(await vectors.put('v', [{ userId: 'u', revision: 150, vector: of(1) }], ifExists)).toEqual([false]);
    // The user is back; a vector of the erased clicks is still on its way.
    await sequences.applyBatch([click('u', 300)]);
    expect(await vectors.put('v', [{ userId: 'u', revision: 150, vector: of(1) }], ifExists)).toEqual([false]);
    expect(await vectors.put('v', [{ userId: 'u', revision: 300, vector: of(2) }], ifExists)).toEqual([true]);
  });

  it('of a version are dropped slice by slice, and no other version', async () => {
    const { vectors, sequences, click } = await testStores();
    const userIds = Array.from({ length: 50 }, (_, index) => `u${index}`);
    await sequences.applyBatch(userIds.map((userId) => click(userId, 1)));
    for (const version of ['v1', 'v2']) {
      await vectors.put(
        version,
        userIds.map((userId) => ({ userId, revision: 1, vector: of(1) })),
      );
    }
    await vectors.drop('v1', sequences.listUsers(7));
    expect((await vectors.get('v1', userIds)).filter(Boolean)).toHaveLength(0);
    expect((await vectors.get('v2', userIds)).filter(Boolean)).toHaveLength(50);
  });
});
