import { describe, expect, it } from 'vitest';
import { keysOf } from '../keys.js';
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
  return { redis, namespace, vectors: createUserVectorStore(redis, { namespace }), sequences, click };
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

  it.each([
    ['a byte too many', (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(1)])],
    ['too few bytes', (bytes: Buffer) => bytes.subarray(0, 7)],
    ['a revision that is no number', (bytes: Buffer) => withHeader(bytes, NaN)],
    ['a revision that no sequence has', (bytes: Buffer) => withHeader(bytes, 1e300)],
    ['a revision without end', (bytes: Buffer) => withHeader(bytes, Infinity)],
    ['half a revision', (bytes: Buffer) => withHeader(bytes, 99.5)],
    ['a revision below zero', (bytes: Buffer) => withHeader(bytes, -1)],
  ])('that somebody has damaged are none, whoever asks, and are replaced: %s', async (_, damage) => {
    const { redis, namespace, vectors } = await testStores();
    const key = keysOf(namespace).userVector('v', 'u');
    await vectors.put('v', [{ userId: 'u', revision: 7, vector: of(1, 2) }]);
    const whole = (await redis.commands.callBytes(['GET', key])) as Buffer;
    await redis.commands.call(['SET', key, damage(whole)]);
    expect(await vectors.get('v', ['u'])).toEqual([undefined]);
    expect(await vectors.revisions('v', ['u'])).toEqual([undefined]);
    expect(await vectors.put('v', [{ userId: 'u', revision: 3, vector: of(3) }])).toEqual([true]);
    expect(await vectors.get('v', ['u'])).toEqual([{ revision: 3, vector: of(3) }]);
    expect(await vectors.revisions('v', ['u'])).toEqual([3]);
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

function withHeader(bytes: Buffer, revision: number): Buffer {
  const damaged = Buffer.from(bytes);
  damaged.writeDoubleLE(revision, 0);
  return damaged;
}
