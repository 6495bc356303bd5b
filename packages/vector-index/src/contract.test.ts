import { randomNamespace, testServers, type TestServers } from '@click-recall/testing';
import { createRedis, type RedisConnection } from '@click-recall/redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { chooseIndex } from './choose-index.js';
import { vectorIndexContract } from './contract.js';
import { createExactIndex } from './create-exact-index.js';
import { createQueryEngineIndex } from './create-query-engine-index.js';
import { createVectorSetIndex } from './create-vector-set-index.js';
import type { VectorIndex } from './vector-index.js';

/** Every space that the contract writes to. */
const SPACES = ['v1', 'v2'].flatMap((version) =>
  (['items', 'users'] as const).map((kind) => ({ version, kind, dim: 2, maxNorm: 1, shards: 3 })),
);

const redisOf = ({ redisUrl, redisCluster }: TestServers) => ({ url: redisUrl, cluster: redisCluster });

async function onServer(
  { url, cluster }: { readonly url: string; readonly cluster: boolean },
  create: (redis: RedisConnection, options: { namespace: string }) => VectorIndex | Promise<VectorIndex>,
): Promise<VectorIndex> {
  const redis = createRedis({ url, cluster, logger: { info: () => undefined, warn: () => undefined } });
  await redis.ready(10_000);
  const index = await create(redis, { namespace: randomNamespace('vectors') });
  onTestFinished(async () => {
    for (const space of SPACES) await index.drop(space);
    await redis.quit();
  });
  return index;
}

vectorIndexContract('memory', createExactIndex);
vectorIndexContract('a Redis vector set', () => onServer(redisOf(testServers()), createVectorSetIndex));

const queryEngineUrl = process.env['QUERY_ENGINE_URL'] ?? '';
describe.skipIf(queryEngineUrl === '')('where QUERY_ENGINE_URL names a server that has it', () => {
  vectorIndexContract('the Redis query engine', () =>
    onServer({ url: queryEngineUrl, cluster: false }, createQueryEngineIndex),
  );
});

it('chooses vector sets on a server that has them', async () => {
  const index = await onServer(redisOf(testServers()), chooseIndex);
  expect(index.backend).toBe('vector-set');
});
