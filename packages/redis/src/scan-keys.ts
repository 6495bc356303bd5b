import type { RedisConnection } from './connection/redis-connection.js';

/**
 * The names of all keys, a slice at a time, from every server that holds keys; for benches and tests. One that is there from beginning to end
 * is told at least once.
 *
 * @param pattern as MATCH takes it; all keys unless given
 */
export async function* scanKeys(redis: RedisConnection, pattern = '*'): AsyncGenerator<string[], void, void> {
  for (const server of redis.keyServers()) {
    let cursor = '0';
    do {
      const reply = await server.call(['SCAN', cursor, 'MATCH', pattern, 'COUNT', 1000]);
      const [next, keys] = reply as [string, string[]];
      cursor = next;
      if (keys.length > 0) yield keys;
    } while (cursor !== '0');
  }
}
