import type { RedisDoor } from '@click-recall/runtime';
import type { ConnectionOptions } from 'bullmq';
import { Cluster } from 'ioredis';

export interface ConnectionSettings {
  /** `redis://[user[:password]@]host[:port][/db]`, `rediss://` for TLS. */
  readonly redisUrl: string;
  /** PEM text of the authority to trust; absent: those the system trusts. */
  readonly redisCa?: string | undefined;
  /** The address is one node of a Redis Cluster. */
  readonly redisCluster?: boolean;
}

type Use = 'worker' | 'producer';

/** What BullMQ connects with. */
export interface Connector {
  /** A worker waits for Redis for ever; a producer gives up after some seconds, so that its caller gets an error. */
  for(use: Use): ConnectionOptions;
  /** Ends what BullMQ leaves open: to be called once the queues and workers are closed. */
  close(): void;
}

/**
 * BullMQ opens and closes connections to a single server by itself. A Cluster it takes only as a client that somebody else made,
 * shares it and never closes it (the blocking ones of workers are its own copies): there is one for all producers and one for all workers.
 */
export function createConnector(settings: ConnectionSettings): Connector {
  if (!settings.redisCluster) return { for: (use) => serverOptions(settings, use), close: () => undefined };
  const clusters = new Map<Use, Cluster>();
  return {
    for: (use) => {
      const cluster = clusters.get(use) ?? openCluster(settings, use);
      clusters.set(use, cluster);
      return cluster;
    },
    close: () => {
      for (const cluster of clusters.values()) cluster.disconnect();
    },
  };
}

const retryStrategy = (times: number): number => Math.min(times * 200, 2_000);

function serverOptions(settings: ConnectionSettings, use: Use): ConnectionOptions {
  const url = new URL(settings.redisUrl);
  return { ...nodeOf(url), ...optionsOf(settings, use), db: Number(url.pathname.slice(1) || 0), retryStrategy };
}

function openCluster(settings: ConnectionSettings, use: Use): Cluster {
  const url = new URL(settings.redisUrl);
  const cluster = new Cluster([nodeOf(url)], {
    redisOptions: optionsOf(settings, use),
    // A certificate is of a name: the nodes are asked for by what the Cluster calls them, not by what that resolves to.
    ...(url.protocol === 'rediss:' && { dnsLookup: (name, callback) => callback(null, name) }),
    clusterRetryStrategy: retryStrategy,
    // A failover is noticed also where no command is redirected.
    slotsRefreshInterval: 2_000,
  });
  // Each queue and worker that shares it tells of its errors; between two of them nobody listens.
  cluster.on('error', () => undefined);
  return cluster;
}

function nodeOf({ hostname, port }: URL): { host: string; port: number } {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) };
}

/** A server that is there and says nothing is waited for no longer by a producer: its caller wants to know. */
const PRODUCER_PATIENCE_MS = 5_000;

/** RESP2, since BullMQ's decoding is of it. */
function optionsOf({ redisUrl, redisCa }: ConnectionSettings, use: Use) {
  const url = new URL(redisUrl);
  return {
    protocol: 2,
    ...(url.username ? { username: decodeURIComponent(url.username) } : {}),
    ...(url.password ? { password: decodeURIComponent(url.password) } : {}),
    ...(url.protocol === 'rediss:' ? { tls: redisCa === undefined ? {} : { ca: redisCa } } : {}),
    ...(use === 'worker'
      ? { maxRetriesPerRequest: null }
      : { maxRetriesPerRequest: 5, commandTimeout: PRODUCER_PATIENCE_MS }),
  } as const;
}

/** For messages about being let in. */
export function doorOf(settings: ConnectionSettings): RedisDoor {
  const { protocol, username } = new URL(settings.redisUrl);
  const user = username === '' ? undefined : decodeURIComponent(username);
  return { address: address(settings), tls: protocol === 'rediss:', username: user };
}

/** host:port, for messages: without the secret. */
export function address(settings: ConnectionSettings): string {
  const url = new URL(settings.redisUrl);
  return `${url.hostname}:${url.port || 6379}`;
}
