import type { RedisConnection } from './connection/redis-connection.js';
import { encodeId } from './keys.js';

/** Deletes every key of a namespace, those of its queues too; for benches and tests. Not on a cluster: it asks one node. */
export async function deleteNamespace({ commands }: RedisConnection, namespace: string): Promise<void> {
  // A queue's keys carry the namespace as their hash tag.
  for (const pattern of [`${encodeId(namespace)}:*`, `{${namespace}}:*`]) {
    let cursor = '0';
    do {
      const reply = await commands.call(['SCAN', cursor, 'MATCH', pattern, 'COUNT', 1000]);
      const [next, keys] = reply as [string, string[]];
      cursor = next;
      if (keys.length > 0) await commands.call(['UNLINK', ...keys]);
    } while (cursor !== '0');
  }
}
