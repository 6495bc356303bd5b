import { encodeId, keysOf, shardOf, USER_SHARDS } from '@click-recall/redis';
import { eventually, HOSTILE_IDS } from '@click-recall/testing';
import { describe, expect, it } from 'vitest';
import { ITEMS, openTestEmbedder, type TestEmbedder } from './open-test-embedder.js';

/** What an id may bring into the name of a key, and one hash tag around it. */
const PLAIN_KEY = /^[\w.~@%-]+(:[\w.~@%-]+)*(:\{[\w.~@%-]+\})?$/;

/** What somebody may hand to `rollback` who wants a folder or a key of ours. */
const NO_VERSIONS = [
  '../../etc/passwd',
  'a}b{c',
  '*',
  '__proto__',
  '\r\n*1\r\n$8\r\nFLUSHALL\r\n',
  'nul\0here',
  'x'.repeat(10_000),
];

/** Names of the keys that hold what the pipeline knows; those of its queues left out. */
async function stateKeys({ redis, namespace }: TestEmbedder): Promise<string[]> {
  const found = await Promise.all(redis.keyServers().map((server) => server.call(['KEYS', `${namespace}:*`])));
  return (found as string[][]).flat().toSorted();
}

describe('the embedder', { timeout: 120_000 }, () => {
  it('gives a vector to every user and item under its own name, and takes it away again', async () => {
    const test = await openTestEmbedder();
    for (const [place, userId] of HOSTILE_IDS.entries()) await test.click(userId, HOSTILE_IDS.at(place - 1)!);
    const version = await test.writeModel(1, [...ITEMS, ...HOSTILE_IDS]);
    await test.start();
    const published = await test.collectVectors();
    expect(await test.switchTo(version)).toMatchObject({ kind: 'completed' });

    const { spaces } = await test.openModel(version);
    expect(await test.index.count(spaces.items)).toBe(ITEMS.length + HOSTILE_IDS.length);
    expect(await test.index.count(spaces.users)).toBe(HOSTILE_IDS.length);
    const revisions = await Promise.all(HOSTILE_IDS.map((userId) => test.click(userId, '*')));
    await eventually(async () => {
      const vectors = await test.userVectors.get(version, HOSTILE_IDS);
      expect(vectors.map((vector) => vector?.revision)).toEqual(revisions);
    });
    await eventually(() => {
      const told = new Set(published.map(({ userId, message }) => `${message?.sequenceRevision} ${userId}`));
      expect(HOSTILE_IDS.filter((userId, place) => !told.has(`${revisions[place]} ${userId}`))).toEqual([]);
    });
    const keys = keysOf(test.namespace);
    const names = await stateKeys(test);
    expect(names.filter((name) => !PLAIN_KEY.test(name))).toEqual([]);
    const ofUsers = HOSTILE_IDS.flatMap((id) => [
      keys.sequence(id),
      keys.seen(id),
      keys.user(id),
      keys.userVector(version, id),
    ]);
    const shards = new Set(HOSTILE_IDS.map((id) => keys.users(shardOf(id, USER_SHARDS))));
    expect(names).toEqual(expect.arrayContaining([...ofUsers, ...shards]));

    for (const userId of HOSTILE_IDS) await test.forget(userId);
    await eventually(async () => expect(await test.index.count(spaces.users)).toBe(0));
    await eventually(async () => {
      const left = (await stateKeys(test)).filter((name) => name.startsWith(`${test.namespace}:uvec:`));
      expect(left).toEqual([]);
    });
  });

  it('builds nothing for a version that is none', async () => {
    const test = await openTestEmbedder();
    await test.start();
    const before = await stateKeys(test);
    for (const version of NO_VERSIONS) {
      const ended = await test.switchTo(version).catch((error: unknown) => ({ kind: 'refused', error }));
      expect([version, ended.kind]).not.toEqual([version, 'completed']);
    }
    const added = (await stateKeys(test)).filter((name) => !before.includes(name));
    expect(added.filter((name) => NO_VERSIONS.some((version) => name.includes(encodeId(version))))).toEqual([]);
    expect(added.filter((name) => !PLAIN_KEY.test(name))).toEqual([]);
    expect(await test.activations.read()).toBeNull();
    expect(await test.activations.buildingVersions()).toEqual([]);
  });
});
