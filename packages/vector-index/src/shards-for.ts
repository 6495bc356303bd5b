import type { RedisConnection } from '@click-recall/redis';

/** The slots of so many shards lie on every master of a Cluster of three. */
const FEWEST_IN_CLUSTER = 4;

/**
 * Keys that an index is spread over, chosen when it is begun: one server holds hundreds of thousands of vectors in one; the masters of a
 * Cluster share them. Not many more, since a search asks every shard.
 */
export function shardsFor({ cluster, masters }: Pick<RedisConnection, 'cluster' | 'masters'>): number {
  return cluster ? Math.max(FEWEST_IN_CLUSTER, masters().length) : 1;
}
