import { createRedis, deleteNamespace, type RedisConnection } from '@click-recall/redis';
import { randomNamespace, testServers } from '@click-recall/testing';
import { onTestFinished } from 'vitest';

/** For tests only: the real Redis, and a namespace whose keys are deleted when the test ends. */
export async function openTestRedis(): Promise<{ redis: RedisConnection; namespace: string }> {
  const { redisUrl, redisCluster } = testServers();
  const silent = { info: () => undefined, warn: () => undefined };
  const redis = createRedis({ url: redisUrl, cluster: redisCluster, logger: silent });
  const namespace = randomNamespace('faults');
  onTestFinished(async () => {
    await deleteNamespace(redis, namespace);
    await redis.quit();
  });
  await redis.ready(10_000);
  return { redis, namespace };
}
