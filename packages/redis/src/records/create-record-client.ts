import { setTimeout as delay } from 'node:timers/promises';
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
  const options = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    disableOfflineQueue: true,
    socket: {
      host,
      port,
      connectTimeout: 5_000,
      reconnectStrategy: reconnectDelayMs,
      ...(tls && { tls: true as const, ...(ca !== undefined && { ca }) }),
    },
  } satisfies RedisClientOptions;
  const connection: RecordConnection = cluster
    ? createCluster({ rootNodes: [{ url: `${tls ? 'rediss' : 'redis'}://${shown}` }], defaults: options })
    : createClient({ ...options, database: db });

  let isAway = false;
  let isClosed = false;
  // Without a listener an error of the socket would end the process; it reconnects by itself.
  connection.on('error', (error: Error) => {
    if (isAway || isClosed) return;
    isAway = true;
    logger.warn({}, `Redis at ${shown} cannot be reached for records (${error.message || error.name}); trying again`);
  });
  connection.on('ready', () => {
    if (isAway) logger.info({}, `Redis at ${shown} is back for records`);
    isAway = false;
  });
  const closing = new AbortController();
  let connecting = connectForever(connection, closing.signal);
  const underWay = new Set<Promise<unknown>>();
  let reconnecting: Promise<void> | undefined;

  /** The client waits for its replies for ever; a connection on which they do not come is given up, with all that waits on it. */
  function reconnect(): void {
    reconnecting ??= connection
      .disconnect()
      .catch(() => undefined)
      .then(() => {
        if (!isClosed) connecting = connectForever(connection, closing.signal);
      })
      .finally(() => (reconnecting = undefined));
  }

  async function inTime<T>(work: Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      logger.warn({}, `Redis at ${shown} does not answer for records; connecting again`);
      reconnect();
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
      try {
        return await inTime(work(connection));
      } catch (error) {
        throw toRedisError(error, shown);
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

function atMost(ms: number, work: Promise<unknown>): Promise<unknown> {
  return Promise.race([work, delay(ms, undefined, { ref: false })]);
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
