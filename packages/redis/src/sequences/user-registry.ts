import type { Command, RedisCommands } from '../connection/commands.js';
import { REGISTRY_SHARDS, shardOf, type Keys } from '../keys.js';

const SHARDS = Array.from({ length: REGISTRY_SHARDS }, (_, shard) => shard);

/** Who there is, by last activity. It lies in other slots than the users, so it follows each step instead of being part of it. */
export interface UserRegistry {
  /** Both are idempotent, so a delivery that died between a user's step and this is mended by the next one. */
  update(
    active: readonly { readonly userId: string; readonly timestamp: number }[],
    gone: readonly string[],
  ): Promise<void>;
  list(slice: number, shard?: number): AsyncIterable<string[]>;
  count(): Promise<number>;
  recent(limit: number): Promise<string[]>;
}

export function createUserRegistry(commands: RedisCommands, keys: Keys): UserRegistry {
  return {
    update: async (active, gone) => {
      const writes: Command[] = [];
      const added = SHARDS.map((): (string | number)[] => []);
      for (const { userId, timestamp } of active) added[shardOf(userId, REGISTRY_SHARDS)]?.push(timestamp, userId);
      const removed = SHARDS.map((): string[] => []);
      for (const userId of gone) removed[shardOf(userId, REGISTRY_SHARDS)]?.push(userId);
      for (const shard of SHARDS) {
        const members = added[shard] ?? [];
        const leavers = removed[shard] ?? [];
        if (leavers.length > 0) writes.push(['ZREM', keys.users(shard), ...leavers]);
        if (members.length > 0) writes.push(['ZADD', keys.users(shard), 'GT', ...members]);
      }
      await commands.pipeline(writes);
    },
    list: (slice, shard) => list(commands, keys, slice, shard === undefined ? SHARDS : [shard]),
    count: async () => {
      const sizes = await commands.pipeline(SHARDS.map((shard) => ['ZCARD', keys.users(shard)]));
      return sizes.reduce((sum: number, size) => sum + Number(size), 0);
    },
    recent: async (limit) => {
      if (limit <= 0) return [];
      const replies = await commands.pipeline(
        SHARDS.map((shard) => ['ZRANGE', keys.users(shard), 0, limit - 1, 'REV', 'WITHSCORES']),
      );
      const users = replies.flatMap((reply) => pairsOf(reply as string[]));
      users.sort((a, b) => b.score - a.score || (a.userId < b.userId ? -1 : 1));
      return users.slice(0, limit).map(({ userId }) => userId);
    },
  };
}

async function* list(
  commands: RedisCommands,
  keys: Keys,
  slice: number,
  shards: readonly number[],
): AsyncGenerator<string[]> {
  let pending: string[] = [];
  for (const shard of shards) {
    // A scan may show a user twice while the set is being resized.
    const shown = new Set<string>();
    let cursor = '0';
    do {
      const [next, pairs] = (await commands.call(['ZSCAN', keys.users(shard), cursor, 'COUNT', slice])) as [
        string,
        string[],
      ];
      cursor = next;
      for (const { userId } of pairsOf(pairs)) {
        if (shown.has(userId)) continue;
        shown.add(userId);
        pending.push(userId);
      }
      while (pending.length >= slice) {
        yield pending.slice(0, slice);
        pending = pending.slice(slice);
      }
    } while (cursor !== '0');
  }
  if (pending.length > 0) yield pending;
}

function pairsOf(flat: readonly string[]): { userId: string; score: number }[] {
  const pairs = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    pairs.push({ userId: flat[index] ?? '', score: Number(flat[index + 1]) });
  }
  return pairs;
}
