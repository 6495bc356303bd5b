import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedis, deleteNamespace } from '@click-recall/redis';
import { createLogger } from '@click-recall/runtime';
import { eventually, randomNamespace, testServers } from '@click-recall/testing';
import { expect, it, onTestFinished } from 'vitest';
import { useWholePipeline } from './use-whole-pipeline.js';
import { startWholePipeline } from './whole-pipeline.js';

it('runs on a Redis Cluster, spreads its keys over the masters, and forgets a user on all of them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'click-recall-cluster-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { kafkaBrokers, redisUrl } = testServers();
  const namespace = randomNamespace('cluster');
  const redis = createRedis({
    url: redisUrl,
    cluster: true,
    logger: createLogger({ service: 'test', level: 'silent' }),
  });
  onTestFinished(async () => {
    await deleteNamespace(redis, namespace);
    await redis.quit();
  });
  await redis.ready(10_000);
  const options = {
    folder,
    namespace,
    kafkaBrokers,
    redisOf: () => ({ REDIS_URL: redisUrl, REDIS_CLUSTER: 'true' }),
  };
  const pipeline = await startWholePipeline(options);
  onTestFinished(async () => void (await pipeline.stop()));
  const { leaver } = await useWholePipeline(pipeline, options);

  const keys = async (pattern: string): Promise<string[][]> =>
    Promise.all(redis.keyServers().map(async (server) => (await server.call(['KEYS', pattern])) as string[]));
  for (const family of ['seq', 'seen', 'items', 'vec:*:items', 'vec:*:users'])
    for (const found of await keys(`${namespace}:${family}:*`)) expect([family, found.length]).not.toEqual([family, 0]);
  await eventually(async () => expect((await keys(`*${leaver}*`)).flat()).toEqual([]));
  expect(await pipeline.stop()).toEqual([0, 0, 0, 0, 0]);
});
