import { setTimeout as delay } from 'node:timers/promises';
import { atMost } from '@click-recall/runtime';
import { createClient, createCluster, type RedisClientOptions } from 'redis';
import type { RedisOptions } from '../connection/create-redis.js';
import { reconnectDelayMs } from '../connection/reconnect-delay.js';
import { REPLY_TIMEOUT_MS } from '../connection/create-client.js';
import { RedisUnavailableError, toRedisError } from '../connection/errors.js';
import { parseRedisUrl } from '../connection/redis-address.js';

/** The raw client that redis-om works with. */
export type RecordConnection = ReturnType<typeof createClient> | ReturnType<typeof createCluster>;

/** The connection of the redis-om stores: redis-om speaks through node-redis 4, which speaks RESP2. One for all of them. */
export interface RecordClient {
  /** Does work on the connection; rejects with `RedisUnavailableError` at once while there is none. */
  use<T>(work: (connection: RecordConnection) => Promise<T>): Promise<T>;
  /** Resolves once connected; rejects with `RedisUnavailableError` after `timeoutMs`. */
  ready(timeoutMs: number): Promise<void>;
  /** Waits for replies under way, a second, then closes; safe to call twice. */
  close(): Promise<void>;
}

/** A server that hangs does not hold up the end of a process. */
const FAREWELL_MS = 1_000;
/** So long the connection to a Cluster lasts at least, though it be refused, ms. */
const REPLACED_AFTER_MS = 1_000;

/**
 * Connects in the background and reconnects for ever.
 *
 * @throws FatalError when the URL cannot be read
 */
export function createRecordClient(
  { cluster, logger, ...where }: RedisOptions,
  replyTimeoutMs = REPLY_TIMEOUT_MS,
): RecordClient {
  const { host, port, tls, ca, username, password, db, shown } = parseRedisUrl(where);
  const scheme = tls ? 'rediss' : 'redis';
  const options = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    disableOfflineQueue: true,
    socket: {
      host,
      port,
      connectTimeout: 5_000,
      // A node of a Cluster that went away may come back as a replica, or not at all: who is who is looked up anew.
      reconnectStrategy: cluster ? (false as const) : reconnectDelayMs,
      ...(tls && { tls: true as const, ...(ca !== undefined && { ca }) }),
    },
  } satisfies RedisClientOptions;
  let isAway = false;
  let isClosed = false;

  /** @param nodes host:port of the nodes of a Cluster to ask who is what */
  function open(nodes: readonly string[]): RecordConnection {
    const opened: RecordConnection = cluster
      ? createCluster({
          rootNodes: nodes.map((node) => ({ url: `${scheme}://${node}` })),
          defaults: options,
          // Each node when it is first asked, so that one that is gone does not hold up the others.
          minimizeConnections: true,
        })
      : createClient({ ...options, database: db });
    // Without a listener an error of the socket would end the process; it reconnects by itself.
    opened.on('error', (error: Error) => {
      if (isAway || isClosed || opened !== connection) return;
      isAway = true;
      logger.warn({}, `Redis at ${shown} cannot be reached for records (${error.message || error.name}); trying again`);
    });
    opened.on('ready', () => sayBack());
    return opened;
  }

  function sayBack(): void {
    if (isAway) logger.info({}, `Redis at ${shown} is back for records`);
    isAway = false;
  }

  const closing = new AbortController();
  let connection = open([shown]);
  let isConnected = false;
  let openedAt = performance.now();
  let connecting = connect();
  const underWay = new Set<Promise<unknown>>();
  let replacing: Promise<unknown> | undefined;

  async function connect(): Promise<void> {
    const opened = connection;
    isConnected = false;
    await connectForever(opened, closing.signal);
    if (opened !== connection) return;
    isConnected = true;
    openedAt = performance.now();
  }

  /** Gives a connection up, with all that waits on it, and opens another one in its place. */
  function replace(given: RecordConnection): void {
    // One that is being opened is let be.
    if (given !== connection || !isConnected || isClosed) return;
    isConnected = false;
    const nodes = new Set([shown, ...nodesOf(given)]);
    replacing ??= given
      .disconnect()
      .catch(() => undefined)
      .then(() => {
        if (isClosed) return;
        connection = open([...nodes]);
        connecting = connect();
      })
      .finally(() => (replacing = undefined));
  }

  /** The client waits for its replies for ever. */
  async function inTime<T>(given: RecordConnection, work: Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      logger.warn({}, `Redis at ${shown} does not answer for records; connecting again`);
      replace(given);
    }, replyTimeoutMs);
    underWay.add(work);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
      underWay.delete(work);
    }
  }

  return {
    use: async (work) => {
      if (isClosed) throw new RedisUnavailableError(`the connection to Redis at ${shown} is closed`);
      if (!isConnected)
        throw new RedisUnavailableError(`Redis at ${shown} cannot be reached for records: not connected`);
      const given = connection;
      try {
        const result = await inTime(given, work(given));
        sayBack();
        return result;
      } catch (thrown) {
        const wasGivenUp = given !== connection || !isConnected;
        // Such a client stumbles over its own emptied tables.
        const error = wasGivenUp
          ? new RedisUnavailableError(`the connection to Redis at ${shown} for records was given up`)
          : toRedisError(thrown, shown);
        // The client of a Cluster looks up who is master of what only where it is told MOVED: a transaction hides that, and a dead master says nothing.
        // Many may wait for it, so not at each of their attempts.
        const isOld = performance.now() - openedAt > REPLACED_AFTER_MS;
        if (cluster && isOld && error instanceof RedisUnavailableError) replace(given);
        throw error;
      }
    },
    ready: async (timeoutMs) => {
      const late = delay(timeoutMs, 'late' as const, { ref: false, signal: closing.signal });
      if ((await Promise.race([connecting, late])) === 'late') {
        throw new RedisUnavailableError(`Redis at ${shown} could not be reached within ${timeoutMs} ms`);
      }
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      closing.abort();
      await atMost(FAREWELL_MS, Promise.allSettled(underWay));
      await connection.disconnect().catch(() => undefined);
      await atMost(FAREWELL_MS, connecting);
    },
  };
}

/** host:port of each node of a Cluster, as far as they are known. */
function nodesOf(connection: RecordConnection): string[] {
  if (!('masters' in connection)) return [];
  return [...connection.masters, ...connection.replicas].map(({ address }) => address);
}

/** A standalone client repeats its first attempt by itself, a cluster's gives up. */
async function connectForever(connection: RecordConnection, closed: AbortSignal): Promise<void> {
  for (let attempt = 0; !closed.aborted; attempt += 1) {
    try {
      await connection.connect();
      return;
    } catch {
      // Said by the listener of errors.
      await delay(reconnectDelayMs(attempt), undefined, { signal: closed }).catch(() => undefined);
    }
  }
}
