import { clicksAnswerSchema } from '@click-recall/contracts';
import {
  createItemStore,
  createRecordClient,
  createSequenceStore,
  encodeId,
  keysOf,
  USER_SHARDS,
  type RedisConnection,
} from '@click-recall/redis';
import { eventually, HOSTILE_IDS, NO_IDS, testServers } from '@click-recall/testing';
import { expect, it, onTestFinished } from 'vitest';
import { openTestTopics, startTestIngest } from './open-test-ingest.js';
import { openTestRedis } from './open-test-redis.js';

const TIME = 1_700_000_000_000;
/** Of the items topic; nothing is written that depends on how many there are. */
const PARTITIONS = Array.from({ length: 64 }, (_, partition) => partition);

async function openTest() {
  const { redis, namespace } = await openTestRedis();
  const { redisUrl: url, redisCluster: cluster } = testServers();
  const records = createRecordClient({ url, cluster, logger: { info: () => undefined, warn: () => undefined } });
  onTestFinished(() => records.close());
  await records.ready(10_000);
  const topics = await openTestTopics(namespace);
  const ingest = await startTestIngest(namespace, { LOG_LEVEL: 'trace' });
  // Beside the namespace: what a key that breaks out would hit.
  const canary = `canary-${namespace}`;
  await redis.commands.call(['SET', canary, 'alive']);
  onTestFinished(async () => void (await redis.commands.call(['DEL', canary])));
  const unharmed = async (): Promise<void> => {
    expect(await redis.commands.call(['GET', canary])).toBe('alive');
    // An id that was used as a key.
    expect(await Promise.all(HOSTILE_IDS.map((id) => redis.commands.call(['EXISTS', id])))).not.toContain(1);
    expect(
      await Promise.all(HOSTILE_IDS.map((id) => redis.commands.call(['EXISTS', `${namespace}:${id}`]))),
    ).not.toContain(1);
  };
  return {
    namespace,
    redis,
    topics,
    ingest,
    unharmed,
    sequences: createSequenceStore(redis, { namespace, keep: 1000, seenKeep: 1000 }),
    items: createItemStore(records, redis, { namespace }),
  };
}

/** The names of all keys that the namespace may have, for these users and items. */
function allowedKeys(namespace: string, ids: readonly string[]): Set<string> {
  const keys = keysOf(namespace);
  const shards = Array.from({ length: USER_SHARDS }, (_, shard) => shard);
  return new Set([
    ...ids.flatMap((id) => [keys.sequence(id), keys.seen(id), keys.user(id), `${keys.itemsPrefix}:${encodeId(id)}`]),
    ...shards.flatMap((shard) => [keys.users(shard), keys.knownItems(shard), keys.deletedItems(shard)]),
    ...['clicks', 'items'].flatMap((topic) => PARTITIONS.map((at) => keys.offset(`${namespace}.${topic}`, at))),
  ]);
}

/** The keys of the namespace that are none of those that it may have, or hold a character that an id may not bring into a key. */
async function strangeKeys(redis: RedisConnection, namespace: string, ids: readonly string[]): Promise<string[]> {
  const found = await Promise.all(redis.keyServers().map((server) => server.call(['KEYS', `*${namespace}*`])));
  const allowed = allowedKeys(namespace, ids);
  const keys = (found as string[][]).flat().filter((key) => key !== `canary-${namespace}`);
  return keys.filter((key) => !allowed.has(key) || !PLAIN_KEY.test(key));
}

const PLAIN_KEY = /^[\w.~@%-]+:[a-z-]+:([\w.~@%:-]+|\{[\w.~@%-]+\})$/;

/** Ids that could only be there because somebody sent them. */
const TELLING = ['FLUSHALL', 'SHUTDOWN', 'passwd', 'jndi', '__proto__', '<script>', 'xxxxxxxx'];

/** Every id once as a user, an item and an event. */
const clicks = HOSTILE_IDS.map((userId, place) => ({
  eventId: HOSTILE_IDS.at(place - 1),
  userId,
  itemId: HOSTILE_IDS.at(place - 2),
  timestamp: TIME + place,
  type: userId.slice(0, 64),
  context: JSON.parse(`{"__proto__":{"polluted":true},${JSON.stringify(userId)}:1}`) as object,
}));

const ways = {
  'HTTP, as JSON': async ({ ingest }: Awaited<ReturnType<typeof openTest>>) => {
    // Without the key that JSON over HTTP is refused for.
    const bodies = clicks.map(({ context: _context, ...click }) => click);
    const answer = await fetch(`${ingest.address}/v1/clicks`, {
      method: 'POST',
      body: JSON.stringify(bodies),
      headers: { 'content-type': 'application/json' },
    });
    expect(clicksAnswerSchema.parse(await answer.json())).toMatchObject({ accepted: clicks.length, rejected: 0 });
  },
  'HTTP, as lines': async ({ ingest }: Awaited<ReturnType<typeof openTest>>) => {
    const answer = await fetch(`${ingest.address}/v1/clicks`, {
      method: 'POST',
      body: clicks.map((click) => JSON.stringify(click)).join('\n'),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(clicksAnswerSchema.parse(await answer.json())).toMatchObject({ accepted: clicks.length, rejected: 0 });
  },
  Kafka: ({ topics }: Awaited<ReturnType<typeof openTest>>) =>
    topics.publish(
      'clicks',
      clicks.map((click) => ({ key: click.userId, value: JSON.stringify(click) })),
    ),
};

it.each(Object.entries(ways))('keeps every id as what it is, by %s', async (_way, send) => {
  const test = await openTest();
  await send(test);
  await eventually(async () => expect(await test.sequences.countUsers()).toBe(HOSTILE_IDS.length));
  await test.topics.caughtUp('clicks');
  const stored = await test.sequences.read(HOSTILE_IDS);
  expect(stored.map(({ userId, events }) => [userId, events[0]?.eventId, events[0]?.itemId, events.length])).toEqual(
    clicks.map(({ userId, eventId, itemId }) => [userId, eventId, itemId, 1]),
  );
  expect(await strangeKeys(test.redis, test.namespace, HOSTILE_IDS)).toEqual([]);
  expect('polluted' in {}).toBe(false);

  const answers = await Promise.all(
    HOSTILE_IDS.map((id) =>
      fetch(`${test.ingest.address}/v1/users/${encodeURIComponent(id)}`, { method: 'DELETE' }).then((answer) =>
        answer.json(),
      ),
    ),
  );
  expect(answers).toEqual(HOSTILE_IDS.map((userId) => ({ userId })));
  await eventually(async () => expect(await test.sequences.countUsers()).toBe(0));
  await test.unharmed();
});

it('keeps every item as what it is, and forgets it by its key', async () => {
  const test = await openTest();
  const items = HOSTILE_IDS.map((itemId) => ({
    version: 1 as const,
    itemId,
    title: itemId,
    categories: [itemId.slice(0, 200)],
    // `__proto__` alone would be dropped as a name.
    attributes: { [`of ${itemId}`]: itemId },
  }));
  await test.topics.publish(
    'items',
    items.map((item) => ({ key: item.itemId, value: JSON.stringify(item) })),
  );
  await eventually(async () => expect(await test.items.count()).toBe(items.length));
  expect(await test.items.get(HOSTILE_IDS)).toEqual(items);
  expect(await strangeKeys(test.redis, test.namespace, HOSTILE_IDS)).toEqual([]);

  await test.topics.publish(
    'items',
    HOSTILE_IDS.map((key) => ({ key, value: null })),
  );
  await eventually(async () => expect(await test.items.count()).toBe(0));
  expect((await test.items.listDeleted()).toSorted()).toEqual(HOSTILE_IDS.toSorted());
  await test.unharmed();
});

it('writes nothing for what is no id, and each line of its log is one object', async () => {
  const test = await openTest();
  const event = (id: string) => `{"eventId":"e","userId":${id},"itemId":${id},"timestamp":${TIME}}`;
  const answer = await fetch(`${test.ingest.address}/v1/clicks`, {
    method: 'POST',
    body: NO_IDS.map(event).join('\n'),
    headers: { 'content-type': 'application/x-ndjson' },
  });
  expect(answer.status).toBe(400);
  for (const id of ['x'.repeat(513), 'x'.repeat(10_000)]) {
    const refused = await fetch(`${test.ingest.address}/v1/users/${id}`, { method: 'DELETE' });
    expect([400, 414]).toContain(refused.status);
  }
  const keys = ['k', ...HOSTILE_IDS, 'x'.repeat(10_000)];
  await test.topics.publish(
    'clicks',
    keys.flatMap((key) => NO_IDS.map((id) => ({ key, value: event(id) }))),
  );
  await test.topics.publish('clicks', HOSTILE_IDS.map((id) => ({ key: id, value: id, headers: { [id]: id, reason: id } }))); // prettier-ignore
  await test.topics.publish('items', [...NO_IDS.map((id) => ({ key: 'k', value: `{"itemId":${id}}` })), { key: 'x'.repeat(10_000), value: null }]); // prettier-ignore
  await test.topics.caughtUp('clicks');
  await test.topics.caughtUp('items');
  expect(await strangeKeys(test.redis, test.namespace, [])).toEqual([]);
  expect(await test.sequences.countUsers()).toBe(0);
  await test.unharmed();

  const metrics = await (await fetch(`${test.ingest.address}/metrics`)).text();
  expect(TELLING.filter((id) => metrics.includes(id))).toEqual([]);
  expect(test.ingest.lines.length).toBeGreaterThan(0);
  for (const line of test.ingest.lines) {
    expect(JSON.parse(line)).toMatchObject({ service: 'ingest', level: expect.stringMatching(/^[a-z]+$/) });
    expect(line).toMatch(/^\{[^\0-\x1f]*\}\n$/);
    expect(line).not.toContain('"msg":"forged');
  }
});
