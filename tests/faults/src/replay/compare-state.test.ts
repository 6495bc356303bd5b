import { createSequenceStore, keysOf, shardOf, USER_SHARDS } from '@click-recall/redis';
import { expect, it } from 'vitest';
import { openTestRedis } from '../open-test-redis.js';
import { compareState } from './compare-state.js';
import { createExpectedState } from './expected-state.js';

const KEEPS = { sequenceKeep: 4, seenKeep: 4 };
const AT = 1_700_000_000_000;

/** A user, an item and one that is deleted, as ingest stores them, in Redis and in the log. */
async function testState() {
  const { redis, namespace } = await openTestRedis();
  const expected = createExpectedState(KEEPS);
  const log = (event: object, offset: string): void => {
    const value = Buffer.from(JSON.stringify(event));
    expected.applyClick({ key: null, value, offset, appendTimeMs: AT, headers: {} }, 'clicks', 0);
  };
  log({ userId: 'u', itemId: 'i', timestamp: AT, eventId: 'e' }, '0');
  const operation = { kind: 'add', timestamp: AT, eventId: 'e', itemId: 'i', appendTimeMs: AT } as const;
  await createSequenceStore(redis, { namespace, keep: 4, seenKeep: 4 }).applyBatch([
    { userId: 'u', operations: [operation] },
  ]);
  const keys = keysOf(namespace);
  for (const [itemId, deleted] of [
    ['here', false],
    ['away', true],
  ] as const) {
    const value = Buffer.from(JSON.stringify({ itemId, deleted }));
    expected.applyItem({ key: itemId, value, offset: '0', appendTimeMs: AT, headers: {} });
    const hash = { itemId, version: 1, deleted: deleted ? 1 : 0 };
    await redis.commands.call(['HSET', `${keys.itemsPrefix}:${itemId}`, ...Object.entries(hash).flat()]);
    const shard = shardOf(itemId, USER_SHARDS);
    await redis.commands.call(['SADD', deleted ? keys.deletedItems(shard) : keys.knownItems(shard), itemId]);
  }
  return { redis, namespace, expected, log, keys };
}

it('finds nothing where Redis holds what the log says', async () => {
  const { redis, namespace, expected } = await testState();
  expect(await compareState(redis, namespace, expected)).toEqual([]);
});

it.each([
  ['a sequence', 'sequence'],
  ['a seen set', 'seen'],
  ['the rest of a user', 'user'],
] as const)('finds %s that no registry lists, of somebody whom the log does not name', async (_what, family) => {
  const { redis, namespace, expected, keys } = await testState();
  const key = keys[family]('nobody');
  await redis.commands.call(family === 'user' ? ['HSET', key, 'revision', 1] : ['ZADD', key, 1, 'i']);
  expect(await compareState(redis, namespace, expected)).toEqual([`${key} is not of the log`]);
});

it('finds an item that no registry lists and the log does not name', async () => {
  const { redis, namespace, expected, keys } = await testState();
  await redis.commands.call(['HSET', `${keys.itemsPrefix}:nothing`, 'itemId', 'nothing']);
  expect(await compareState(redis, namespace, expected)).toEqual([`${keys.itemsPrefix}:nothing is not of the log`]);
});

it.each([
  ['an item that the registry has lost', 'SREM', 'knownItems', 'here', 'is not in'],
  ['a deleted item that the registry has lost', 'SREM', 'deletedItems', 'away', 'is not in'],
  ['a deleted item that still counts as known', 'SADD', 'knownItems', 'away', 'is in'],
  ['an item that counts as deleted', 'SADD', 'deletedItems', 'here', 'is in'],
  ['a registered item that the log does not name', 'SADD', 'knownItems', 'nothing', 'is in'],
] as const)('finds %s', async (_what, command, family, itemId, wrong) => {
  const { redis, namespace, expected, keys } = await testState();
  const key = keys[family](shardOf(itemId, USER_SHARDS));
  await redis.commands.call([command, key, itemId]);
  expect(await compareState(redis, namespace, expected)).toEqual([`registry of items: ${itemId} ${wrong} ${key}`]);
});

it('finds what is left of a user who was forgotten, once', async () => {
  const { redis, namespace, expected, log, keys } = await testState();
  log({ userId: 'gone', itemId: 'i', timestamp: AT, eventId: 'e' }, '1');
  log({ userId: 'gone', timestamp: AT, type: 'forget' }, '2');
  expect([...expected.forgottenIds()]).toEqual(['gone']);
  await redis.commands.call(['ZADD', keys.seen('gone'), 1, 'i']);
  expect(await compareState(redis, namespace, expected)).toEqual([
    `${keys.seen('gone')} is left of a user who was forgotten`,
  ]);
});
