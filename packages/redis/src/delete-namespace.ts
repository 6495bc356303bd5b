import type { RedisConnection } from './connection/redis-connection.js';
import { encodeId } from './keys.js';
import { scanKeys } from './scan-keys.js';

/** Deletes every key of a namespace, those of its queues too; for benches and tests. */
export async function deleteNamespace(redis: RedisConnection, namespace: string): Promise<void> {
  // A queue's keys carry the namespace as their hash tag.
  for (const pattern of [`${encodeId(namespace)}:*`, `{${namespace}}:*`]) {
    for await (const keys of scanKeys(redis, pattern)) {
      // One at a time: in a Cluster they are of different slots.
      await redis.commands.pipeline(keys.map((key) => ['UNLINK', key]));
    }
  }
}
