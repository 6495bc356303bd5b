import { testServers } from '@click-recall/testing';
import { expect, it, onTestFinished } from 'vitest';
import { keysOf } from '../keys.js';
import { silent, testRedis } from '../test-redis.js';
import { bestRanker, createRankerStore, type RankerRecord } from './create-ranker-store.js';
import { createRecordClient } from './create-record-client.js';

function ranker(version: string, reranked: number, more: Partial<RankerRecord> = {}): RankerRecord {
  return {
    version,
    modelVersion: 'v1',
    status: 'passed',
    artifactUrl: `file:///models/${version}`,
    createdAt: 1,
    config: { candidates: 100 },
    metrics: {
      ndcg10: { recalled: 0.1, reranked },
      hr10: { recalled: 0.2, reranked: 0.3 },
      clicks: 300,
      recalled: 150,
      lists: 600,
      candidates: 100,
      epochs: 3,
    },
    ...more,
  };
}

async function testStore() {
  const { redis, namespace } = await testRedis();
  const records = createRecordClient({
    url: testServers().redisUrl,
    cluster: testServers().redisCluster,
    logger: silent,
  });
  onTestFinished(() => records.close());
  await records.ready(10_000);
  return { redis, namespace, records, rankers: createRankerStore(records, redis, { namespace }) };
}

it('keeps what is known of a ranker, and which encoder it belongs to', async () => {
  const { rankers } = await testStore();
  const first = ranker('ranker-1', 0.2);
  const second = ranker('ranker-2', 0.05, { createdAt: 2, status: 'rejected', reason: 'worse', modelVersion: 'v2' });
  await rankers.save(first);
  await rankers.save(second);
  expect(await rankers.get('ranker-1')).toEqual(first);
  expect(await rankers.get('unknown')).toBeUndefined();
  expect(await rankers.list()).toEqual([second, first]);
  expect(await rankers.list('v1')).toEqual([first]);
  await rankers.remove('ranker-1');
  expect(await rankers.list()).toEqual([second]);
});

it('leaves no record that the list does not name where the writer dies half way', async () => {
  const { redis, namespace, records, rankers } = await testStore();
  const die = () => Promise.reject(new Error('died'));
  const unnamed = createRankerStore(records, { ...redis, commands: { ...redis.commands, call: die } }, { namespace });
  const unwritten = createRankerStore({ ...records, use: die }, redis, { namespace });
  const record = ranker('r', 0.2);
  await expect(unnamed.save(record)).rejects.toThrow('died');
  expect(await rankers.get('r')).toBeUndefined();
  await expect(unwritten.save(record)).rejects.toThrow('died');
  expect(await rankers.list()).toEqual([]);
  await rankers.save(record);
  await expect(unnamed.remove('r')).rejects.toThrow('died');
  expect(await rankers.get('r')).toBeUndefined();
  expect(await rankers.list()).toEqual([]);
});

it('names again a ranker that the list has lost', async () => {
  const { redis, namespace, rankers } = await testStore();
  const record = ranker('r', 0.2, { createdAt: 5 });
  await rankers.save(record);
  await redis.commands.call(['ZREM', keysOf(namespace).rankerVersions, 'r']);
  expect(await rankers.list()).toEqual([]);
  await rankers.enlist(record);
  expect(await rankers.list()).toEqual([record]);
});

it('names the ranker that gained most of those that passed and are still there', () => {
  const rejected = ranker('rejected', 0.9, { status: 'rejected' });
  const removed = ranker('removed', 0.8, { artifactUrl: '' });
  const records = [rejected, removed, ranker('newer', 0.15), ranker('better', 0.2)];
  expect(bestRanker(records)?.version).toBe('better');
  expect(bestRanker([rejected, removed])).toBeUndefined();
});
