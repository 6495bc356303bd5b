import { randomNamespace, testServers } from '@click-recall/testing';
import { onTestFinished } from 'vitest';
import { createRedis } from './connection/create-redis.js';
import type { RedisConnection } from './connection/redis-connection.js';
import { deleteNamespace } from './delete-namespace.js';

export const silent = { info: () => undefined, warn: () => undefined };

/** A connection to the test server and a namespace of its own, whose keys are deleted when the test ends. */
export async function testRedis(): Promise<{ redis: RedisConnection; namespace: string }> {
  const { redisUrl, redisCluster } = testServers();
  const redis = createRedis({ url: redisUrl, cluster: redisCluster, logger: silent });
  const namespace = randomNamespace('redis');
  onTestFinished(async () => {
    await deleteNamespace(redis, namespace);
    await redis.quit();
  });
  await redis.ready(10_000);
  return { redis, namespace };
}
