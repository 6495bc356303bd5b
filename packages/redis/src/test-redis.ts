import { randomNamespace, testServers } from '@click-recall/testing';
import { onTestFinished } from 'vitest';
import { createRedis } from './connection/create-redis.js';
import type { RedisConnection } from './connection/redis-connection.js';

export const silent = { info: () => undefined, warn: () => undefined };

/** A connection to the test server and a namespace of its own, whose keys are deleted when the test ends. */
export async function testRedis(): Promise<{ redis: RedisConnection; namespace: string }> {
  const redis = createRedis({ url: testServers().redisUrl, cluster: false, logger: silent });
  const namespace = randomNamespace('redis');
  onTestFinished(async () => {
    await deleteNamespace(redis, namespace);
    await redis.quit();
  });
  await redis.ready(10_000);
  return { redis, namespace };
}

async function deleteNamespace({ commands }: RedisConnection, namespace: string): Promise<void> {
  let cursor = '0';
  do {
    const [next, keys] = (await commands.call(['SCAN', cursor, 'MATCH', `${namespace}:*`, 'COUNT', 1000])) as [
      string,
      string[],
    ];
    cursor = next;
    if (keys.length > 0) await commands.call(['UNLINK', ...keys]);
  } while (cursor !== '0');
}
