import { createItemStore, createOffsetStore, createRecordClient, createSequenceStore } from '@click-recall/redis';
import { eventually, testServers } from '@click-recall/testing';
import { expect, it, onTestFinished } from 'vitest';
import { openTestTopics, startTestIngest } from './open-test-ingest.js';
import { openTestRedis } from './open-test-redis.js';

async function openTest() {
  const { redis, namespace, ...opened } = await openTestRedis();
  const topics = await openTestTopics(namespace);
  const sequences = createSequenceStore(redis, { namespace, keep: 1000, seenKeep: 1000 });
  const offsets = createOffsetStore(redis, { namespace });
  return { redis, namespace, topics, sequences, offsets, wipe: () => opened.wipe() };
}

const T = 1_700_000_000_000;
const click = (userId: string, index: number, more: object = {}) => ({
  key: userId,
  value: JSON.stringify({ eventId: `e${index}`, userId, itemId: `item-${index % 10}`, timestamp: T + index, ...more }),
});
const clicks = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => click(`u${(index + from) % 9}`, index + from));
const text = ({ value }: { value: Uint8Array | null }): unknown => value && JSON.parse(Buffer.from(value).toString());

it('turns clicks into sequences and tells of each user who has news', async () => {
  const { namespace, topics, sequences } = await openTest();
  await topics.publish('clicks', clicks(300));
  await startTestIngest(namespace);
  await topics.caughtUp('clicks');
  expect(await sequences.totals()).toEqual({ users: 9, applied: 300, droppedByCap: 0 });

  const updates = await topics.read('sequence-updates');
  const newest = () => new Map(updates.map((update) => [update.key, text(update)]));
  await eventually(() => newest().size === 9);
  const [revision] = await sequences.revisions(['u3']);
  await eventually(() =>
    expect(newest().get('u3')).toMatchObject({ userId: 'u3', revision, cause: { eventId: 'e291' } }),
  );
});

it('applies the same events once, however often and in whatever order they come', async () => {
  const { namespace, topics, sequences } = await openTest();
  const ingest = await startTestIngest(namespace);
  const all = clicks(120);
  await topics.publish('clicks', all);
  await topics.caughtUp('clicks');
  const before = await sequences.read(['u1', 'u2']);
  await topics.publish('clicks', all.toReversed());
  await topics.caughtUp('clicks');
  expect(await sequences.read(['u1', 'u2'])).toEqual(before);
  expect((await sequences.totals()).applied).toBe(120);
  expect((await ingest.metrics.scrape()).body).toContain('click_recall_events_duplicate_total{service="ingest"} 120');
});

it('puts what it cannot read on dead-letters, with reason and origin, and goes on', async () => {
  const { namespace, topics, sequences } = await openTest();
  await startTestIngest(namespace);
  const bad: [string | null, string][] = [
    [null, 'tombstone'],
    ['{"userId":', 'not-json'],
    ['[]', 'not-an-object'],
    [JSON.stringify({ userId: 'u', timestamp: T }), 'missing-field'],
    [JSON.stringify({ userId: '', itemId: 'i', timestamp: T }), 'empty-id'],
    [JSON.stringify({ userId: 'u', itemId: 'i', timestamp: 1 }), 'timestamp-too-old'],
    [JSON.stringify({ userId: 'u', itemId: 'i', timestamp: Date.now() + 2 * 86_400_000 }), 'timestamp-too-far-ahead'],
    [JSON.stringify({ userId: 'u', itemId: 'i', timestamp: T, version: 99 }), 'unsupported-version'],
  ];
  await topics.publish('clicks', [...bad.map(([value]) => ({ key: 'k', value })), click('fine', 1)]);
  await topics.caughtUp('clicks');
  expect(await sequences.countUsers()).toBe(1);
  const letters = await topics.read('dead-letters');
  await eventually(() => letters.length === bad.length);
  expect(letters.map(({ headers }) => headers['reason'])).toEqual(bad.map(([, reason]) => reason));
  expect(letters.map(({ value }) => value && Buffer.from(value).toString())).toEqual(bad.map(([value]) => value));
  expect(letters[1]?.headers).toMatchObject({
    service: 'ingest',
    'source-topic': `${namespace}.clicks`,
    'source-offset': '1',
  });
});

it('keeps the newest that is known of each item; a tombstone deletes it', async () => {
  const { redis, namespace, topics } = await openTest();
  await startTestIngest(namespace);
  const item = (itemId: string, more: object) => ({ key: itemId, value: JSON.stringify({ itemId, ...more }) });
  await topics.publish('items', [
    item('a', { title: 'A, first' }),
    item('a', { title: 'A', categories: ['x', 'y'] }),
    item('b', { title: 'B' }),
    item('c', { title: 'C' }),
    { key: 'b', value: null },
    { key: 'c', value: '{"itemId":' },
  ]);
  await topics.caughtUp('items');
  const logger = { info: () => undefined, warn: () => undefined };
  const records = createRecordClient({ url: testServers().redisUrl, cluster: testServers().redisCluster, logger });
  onTestFinished(() => records.close());
  const items = createItemStore(records, redis, { namespace });
  const [a, b, c] = await eventually(() => items.get(['a', 'b', 'c']));
  expect(a).toMatchObject({ title: 'A', categories: ['x', 'y'] });
  expect(b).toMatchObject({ itemId: 'b', deleted: true });
  expect(c).toMatchObject({ title: 'C' });
  const letters = await topics.read('dead-letters');
  await eventually(() => letters.length === 1);
});

it('starts where Redis says, not where the group says', async () => {
  const { namespace, topics, sequences, offsets, wipe } = await openTest();
  await topics.publish('clicks', clicks(50));
  const first = await startTestIngest(namespace);
  await topics.caughtUp('clicks');
  await first.stop();
  // A Redis that lost everything, under a group that has committed everything, on a topic where nothing new comes.
  await wipe();
  await startTestIngest(namespace);
  await eventually(async () => expect((await sequences.totals()).applied).toBe(50));
  for (let partition = 0; partition < 4; partition++) {
    const marker = await offsets.read(`${namespace}.clicks`, partition);
    expect(marker === null || Number(marker) < 50).toBe(true);
  }
});

it('notices while it runs that Redis lost data, also when no clicks come', async () => {
  const { namespace, topics, sequences, wipe } = await openTest();
  await topics.publish('clicks', clicks(50));
  await startTestIngest(namespace);
  await topics.caughtUp('clicks');
  await wipe();
  await eventually(async () => expect((await sequences.totals()).applied).toBe(50));
});

it('goes on where another left off, without losing or repeating anything', async () => {
  const { namespace, topics, sequences } = await openTest();
  const first = await startTestIngest(namespace);
  await topics.publish('clicks', clicks(60));
  const second = await startTestIngest(namespace);
  await topics.publish('clicks', clicks(60, 60));
  await first.stop();
  await topics.publish('clicks', clicks(60, 120));
  await topics.caughtUp('clicks');
  expect((await sequences.totals()).applied).toBe(180);
  await second.stop();
});
