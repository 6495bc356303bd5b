import type { RedisConnection } from './connection/redis-connection.js';
import { encodeId } from './keys.js';

/** Deletes every key of a namespace, those of its queues too; for benches and tests. */
export async function deleteNamespace(redis: RedisConnection, namespace: string): Promise<void> {
  // A queue's keys carry the namespace as their hash tag.
  for (const pattern of [`${encodeId(namespace)}:*`, `{${namespace}}:*`]) {
    for (const server of redis.keyServers()) {
      let cursor = '0';
      do {
        const reply = await server.call(['SCAN', cursor, 'MATCH', pattern, 'COUNT', 1000]);
        const [next, keys] = reply as [string, string[]];
        cursor = next;
        // One at a time: in a Cluster they are of different slots.
        await redis.commands.pipeline(keys.map((key) => ['UNLINK', key]));
      } while (cursor !== '0');
    }
  }
}
