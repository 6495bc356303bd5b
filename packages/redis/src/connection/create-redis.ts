import { setTimeout as delay } from 'node:timers/promises';
import { Cluster } from 'ioredis';
import { createClient, type Client } from './create-client.js';
import { createCommands, keyServersOf } from './create-commands.js';
import { RedisUnavailableError, toRedisError } from './errors.js';
import { parseRedisUrl, type RedisAddress } from './redis-address.js';
import type { RedisCommands } from './commands.js';
import type { RedisConnection, RedisState } from './redis-connection.js';
import { warnOfEviction } from './warn-of-eviction.js';

/** The part of a pino logger that is used. */
export interface RedisLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface RedisOptions {
  /** `redis://` or `rediss://` (TLS). */
  readonly url: string;
  readonly cluster: boolean;
  readonly logger: RedisLogger;
}

/**
 * Connects in the background, reconnects for ever with backoff; says once when the server is gone and once when it is back.
 *
 * @throws FatalError when the URL cannot be read
 */
export function createRedis({ url, cluster, logger }: RedisOptions): RedisConnection {
  const connection = connect(parseRedisUrl(url), cluster, logger);
  warnOfEviction(connection, logger);
  return connection;
}

function connect(address: RedisAddress, cluster: boolean, logger: RedisLogger): RedisConnection {
  const client = createClient(address, cluster);
  const state = watch(client, address.shown, logger);
  const commands = createCommands(client, address.shown);
  const keyServers = (): RedisCommands[] =>
    client instanceof Cluster
      ? keyServersOf(client).map((node) => createCommands(node, `${node.options.host}:${node.options.port}`))
      : [commands];
  return {
    address: address.shown,
    cluster,
    get status() {
      return state.current();
    },
    commands,
    ready: (timeoutMs) => untilReady(state, address.shown, timeoutMs),
    keyServers,
    ping: async () => {
      const servers = keyServers();
      // A Cluster whose nodes are not known yet has none; asking it says why.
      await Promise.all((servers.length > 0 ? servers : [commands]).map((server) => server.call(['PING'])));
    },
    onState: (listener) => state.listen(listener),
    subscribe: (channel, listener) => subscribe(createClient(address, cluster, true), address, channel, listener),
    masters: () => mastersOf(client),
    duplicate: () => connect(address, cluster, logger),
    quit: async () => {
      state.closing();
      await quit(client);
      state.closed();
    },
  };
}

/** As of the client's last look at the slots: it looks every few seconds, and at each redirection. */
function mastersOf(client: Client): string[] {
  if (!(client instanceof Cluster)) return [];
  return client
    .nodes('master')
    .map(({ options }) => `${options.host}:${options.port}`)
    .sort();
}

const CLOSED = 'the connection was closed';

interface StateWatch {
  /** From now on the connection's end is meant. */
  closing(): void;
  closed(): void;
  current(): RedisState;
  listen(listener: (state: RedisState) => void): () => void;
}

function watch(client: Client, shown: string, logger: RedisLogger): StateWatch {
  const listeners = new Set<(state: RedisState) => void>();
  let current: RedisState = 'connecting';
  let isClosing = false;
  let lastError = CLOSED;
  const become = (next: RedisState): void => {
    if (next === current || current === 'closed') return;
    if (next === 'unreachable') {
      logger.warn({}, `Redis at ${shown} cannot be reached (${lastError}); trying again until it can`);
    }
    if (next === 'ready' && current === 'unreachable') logger.info({}, `Redis at ${shown} is back`);
    current = next;
    for (const listener of listeners) listener(next);
  };
  client.on('error', (error: Error & { readonly lastNodeError?: Error | null }) => {
    const { message, name } = error.lastNodeError ?? error;
    lastError = message || name;
    // Without a password, or with a wrong one, the socket stays open and nothing else is said.
    if (/^(NOAUTH|WRONGPASS|NOPERM)/.test(lastError)) become('unreachable');
  });
  client.on('ready', () => {
    lastError = CLOSED;
    become('ready');
  });
  client.on('close', () => {
    if (!isClosing) become('unreachable');
  });
  client.on('end', () => become('closed'));
  return {
    closing: () => {
      isClosing = true;
    },
    closed: () => become('closed'),
    current: () => current,
    listen: (listener) => {
      listeners.add(listener);
      listener(current);
      return () => listeners.delete(listener);
    },
  };
}

function untilReady(state: StateWatch, shown: string, timeoutMs?: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      // The listener is called with the present state before there is anything to stop.
      queueMicrotask(() => stop());
      if (error) reject(error);
      else resolve();
    };
    if (timeoutMs !== undefined) {
      const late = new RedisUnavailableError(`Redis at ${shown} could not be reached within ${timeoutMs} ms`);
      timer = setTimeout(() => settle(late), timeoutMs);
    }
    const stop = state.listen((now) => {
      if (now === 'ready') settle();
      if (now === 'closed') settle(new RedisUnavailableError(`the connection to Redis at ${shown} is closed`));
    });
  });
}

/** Pub/sub needs a connection of its own: a subscribed one takes no other commands. It subscribes again after a reconnect. */
async function subscribe(
  client: Client,
  address: RedisAddress,
  channel: string,
  listener: (message: string) => void,
): Promise<() => Promise<void>> {
  // Reconnects by itself; the main connection says so.
  client.on('error', () => undefined);
  client.on('message', (from: string, message: string) => {
    if (from === channel) listener(message);
  });
  try {
    await client.subscribe(channel);
  } catch (error) {
    client.disconnect();
    throw toRedisError(error, address.shown);
  }
  return async () => quit(client);
}

/** A client that waits to reconnect goes without a sign, and one whose server hangs should not hold up the end of a process. */
const FAREWELL_MS = 2_000;

async function quit(client: Client): Promise<void> {
  if (client.status === 'end') return;
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
  const wasReady = client.status === 'ready';
  if (wasReady) {
    // The server may go while it is being told goodbye.
    client.quit().catch(() => client.disconnect());
  } else {
    client.disconnect();
  }
  if (client.status !== 'reconnecting' && client.status !== 'close') {
    await Promise.race([ended, delay(FAREWELL_MS, undefined, { ref: false })]);
  }
  if (wasReady) client.disconnect();
}
