import { createRedis, type RedisConnection } from '@click-recall/redis';
import { randomNamespace, testServers } from '@click-recall/testing';
import { onTestFinished } from 'vitest';

/** For tests only: the real Redis, and a namespace whose keys are deleted when the test ends (or before, by `wipe`). */
export async function openTestRedis(): Promise<{ redis: RedisConnection; namespace: string; wipe(): Promise<void> }> {
  const logger = { info: () => undefined, warn: () => undefined };
  const redis = createRedis({ url: testServers().redisUrl, cluster: false, logger });
  const namespace = randomNamespace('ingest');
  const wipe = async (): Promise<void> => {
    let cursor = '0';
    do {
      const reply = await redis.commands.call(['SCAN', cursor, 'MATCH', `${namespace}:*`, 'COUNT', 1000]);
      const [next, keys] = reply as [string, string[]];
      cursor = next;
      if (keys.length > 0) await redis.commands.call(['UNLINK', ...keys]);
    } while (cursor !== '0');
  };
  onTestFinished(async () => {
    await wipe();
    await redis.quit();
  });
  await redis.ready(10_000);
  return { redis, namespace, wipe };
}
