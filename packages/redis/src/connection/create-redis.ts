import { atMost } from '@click-recall/runtime';
import { Cluster } from 'ioredis';
import { createClient, type Client } from './create-client.js';
import { createCommands, keyServersOf } from './create-commands.js';
import { RedisUnavailableError, toRedisError } from './errors.js';
import { createMemoryWatch } from './memory-watch.js';
import { parseRedisUrl, type RedisAddress } from './redis-address.js';
import type { RedisCommands } from './commands.js';
import type { RedisConnection } from './redis-connection.js';
import { warnOfEviction } from './warn-of-eviction.js';
import { untilReady, watchState } from './watch-state.js';

/** The part of a pino logger that is used. */
export interface RedisLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface RedisOptions {
  /** `redis://` or `rediss://` (TLS). */
  readonly url: string;
  /** PEM text of the authority to trust; absent: those the system trusts. */
  readonly ca?: string;
  readonly cluster: boolean;
  readonly logger: RedisLogger;
}

/**
 * Connects in the background, reconnects for ever with backoff; says once when the server is gone and once when it is back.
 *
 * @throws FatalError when the URL cannot be read
 */
export function createRedis({ cluster, logger, ...where }: RedisOptions): RedisConnection {
  const connection = connect(parseRedisUrl(where), cluster, logger);
  warnOfEviction(connection, logger);
  return connection;
}

function connect(address: RedisAddress, cluster: boolean, logger: RedisLogger): RedisConnection {
  const client = createClient(address, cluster);
  const state = watchState(client, address, logger);
  const memory = createMemoryWatch(address.shown);
  const commands = createCommands(client, address.shown, () => memory.refused());
  const keyServers = (): RedisCommands[] =>
    client instanceof Cluster
      ? keyServersOf(client).map((node) =>
          createCommands(node, `${node.options.host}:${node.options.port}`, () => memory.refused()),
        )
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
      if (state.current() === 'unreachable')
        throw new RedisUnavailableError(`Redis at ${address.shown} cannot be reached: ${state.reason()}`);
      const servers = keyServers();
      // A Cluster whose nodes are not known yet has none; asking it says why.
      await Promise.all((servers.length > 0 ? servers : [commands]).map((server) => server.call(['PING'])));
    },
    hasRoom: () => memory.check(keyServers()),
    onState: (listener) => state.listen(listener),
    subscribe: (channel, listener) => subscribe(createClient(address, cluster, true), address, channel, listener),
    masters: () => mastersOf(client),
    masterRuns: () => masterRunsOf(client, address.shown),
    breaks: countBreaks(client),
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

async function masterRunsOf(client: Client, shown: string): Promise<string[]> {
  if (!(client instanceof Cluster)) return [];
  const runs = client.nodes('master').map(async (node) => {
    const run = /run_id:(\w+)/.exec(await node.info('server'))?.[1] ?? '';
    return `${node.options.host}:${node.options.port} ${run}`;
  });
  try {
    return (await Promise.all(runs)).sort();
  } catch (error) {
    throw toRedisError(error, shown);
  }
}

function countBreaks(client: Client): () => number {
  let breaks = 0;
  client.on(client instanceof Cluster ? '-node' : 'close', () => (breaks += 1));
  return () => breaks;
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
const FAREWELL_MS = 1_000;

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
    await atMost(FAREWELL_MS, ended);
  }
  if (wasReady) client.disconnect();
}
