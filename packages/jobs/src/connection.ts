import type { ConnectionOptions } from 'bullmq';
import { Cluster } from 'ioredis';

export interface ConnectionSettings {
  /** `redis://[user[:password]@]host[:port][/db]`, `rediss://` for TLS. */
  readonly redisUrl: string;
  /** The address is one node of a Redis Cluster. */
  readonly redisCluster?: boolean;
}

type Use = 'worker' | 'producer';

/**
 * BullMQ's connection options. A worker waits for Redis for ever; a producer gives up after some seconds, so that its
 * caller gets an error. RESP2, since BullMQ's decoding is of it.
 */
export function connectionOptions(settings: ConnectionSettings, use: Use): ConnectionOptions {
  const url = new URL(settings.redisUrl);
  const node = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 6379) };
  const options = {
    protocol: 2,
    ...(url.username ? { username: decodeURIComponent(url.username) } : {}),
    ...(url.password ? { password: decodeURIComponent(url.password) } : {}),
    ...(url.protocol === 'rediss:' ? { tls: { servername: node.host } } : {}),
    maxRetriesPerRequest: use === 'worker' ? null : 5,
  } as const;
  const retryStrategy = (times: number): number => Math.min(times * 200, 2_000);
  if (!settings.redisCluster) {
    return { ...node, ...options, db: Number(url.pathname.slice(1) || 0), retryStrategy };
  }
  // Only an instance can follow a cluster's redirections; BullMQ duplicates it for blocking commands.
  return new Cluster([node], { redisOptions: options, clusterRetryStrategy: retryStrategy });
}

/** host:port, for messages: without the secret. */
export function address(settings: ConnectionSettings): string {
  const url = new URL(settings.redisUrl);
  return `${url.hostname}:${url.port || 6379}`;
}
