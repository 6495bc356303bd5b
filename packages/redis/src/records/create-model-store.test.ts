import { testServers } from '@click-recall/testing';
import { expect, it, onTestFinished } from 'vitest';
import { keysOf } from '../keys.js';
import { silent, testRedis } from '../test-redis.js';
import { createModelStore, type ModelRecord } from './create-model-store.js';
import { createRecordClient } from './create-record-client.js';

async function testStore() {
  const { redis, namespace } = await testRedis();
  const records = createRecordClient({
    url: testServers().redisUrl,
    cluster: testServers().redisCluster,
    logger: silent,
  });
  onTestFinished(() => records.close());
  await records.ready(10_000);
  return { redis, namespace, records, models: createModelStore(records, redis, { namespace }) };
}

const record = (version: string, createdAt: number): ModelRecord => ({
  version,
  status: 'written',
  artifactUrl: `file:///models/${version}`,
  createdAt,
  config: { dim: 64, layers: [1, 2] },
});

it('keeps what is known of a version', async () => {
  const { models } = await testStore();
  const scores = { hr10: 0.2, ndcg10: 0.1 };
  const full: ModelRecord = {
    ...record('v1', 1_700_000_000_000),
    metrics: {
      ...scores,
      popularity: scores,
      markov: scores,
      validationNdcg10: 0.1,
      loss: 2.5,
      epochs: 3,
      users: 4,
      items: 5,
      clicks: 6,
    },
    parent: 'v0',
    reason: 'NDCG@10 fell',
    lift: { items: 1.5, users: 2.5 },
  };
  await models.save(full);
  await models.save(record('v2', 1_700_000_000_001));
  expect(await models.get('v1')).toEqual(full);
  expect(await models.get('unknown')).toBeUndefined();
  expect((await models.list()).map(({ version }) => version)).toEqual(['v2', 'v1']);
});

it('changes some of it', async () => {
  const { models } = await testStore();
  await models.save(record('v1', 1));
  expect(await models.update('v1', { status: 'live' })).toEqual({ ...record('v1', 1), status: 'live' });
  expect((await models.get('v1'))?.status).toBe('live');
  await expect(models.update('unknown', { status: 'live' })).rejects.toThrow('unknown');
});

it('forgets a version', async () => {
  const { models } = await testStore();
  await models.save(record('v1', 1));
  await models.remove('v1');
  expect(await models.list()).toEqual([]);
});

it('leaves no record that the list does not name where the writer dies half way, and names again what the list has lost', async () => {
  const { redis, namespace, records, models } = await testStore();
  const commands = { ...redis.commands, call: () => Promise.reject(new Error('died')) };
  const dying = createModelStore(records, { ...redis, commands }, { namespace });
  await expect(dying.save(record('v1', 1))).rejects.toThrow('died');
  expect(await models.get('v1')).toBeUndefined();
  await models.save(record('v1', 1));
  await redis.commands.call(['ZREM', keysOf(namespace).modelVersions, 'v1']);
  expect(await models.list()).toEqual([]);
  await models.enlist(record('v1', 1));
  expect(await models.list()).toEqual([record('v1', 1)]);
  await expect(dying.remove('v1')).rejects.toThrow('died');
  expect(await models.get('v1')).toBeUndefined();
});
