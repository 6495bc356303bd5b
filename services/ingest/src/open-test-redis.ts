import { createRedis, deleteNamespace, type RedisConnection } from '@click-recall/redis';
import { randomNamespace, testServers } from '@click-recall/testing';
import { onTestFinished } from 'vitest';

/** For tests only: the real Redis, and a namespace whose keys are deleted when the test ends (or before, by `wipe`). */
export async function openTestRedis(): Promise<{ redis: RedisConnection; namespace: string; wipe(): Promise<void> }> {
  const logger = { info: () => undefined, warn: () => undefined };
  const redis = createRedis({ url: testServers().redisUrl, cluster: testServers().redisCluster, logger });
  const namespace = randomNamespace('ingest');
  const wipe = (): Promise<void> => deleteNamespace(redis, namespace);
  onTestFinished(async () => {
    await wipe();
    await redis.quit();
  });
  await redis.ready(10_000);
  return { redis, namespace, wipe };
}
