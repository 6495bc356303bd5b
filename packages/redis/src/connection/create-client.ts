import { Cluster, Redis } from 'ioredis';
import { reconnectDelayMs } from './reconnect-delay.js';
import type { RedisAddress } from './redis-address.js';

/** RESP2, fixed here for every connection: RESP3 shapes differ by command and by module (maps, doubles), RESP2's do not. */
const PROTOCOL = 2;

/** A server that takes longer over a reply is treated as gone. The slowest step of ours is far below a second. */
export const REPLY_TIMEOUT_MS = 15_000;

export type Client = Redis | Cluster;

const SLOTS_REFRESH_MS = 2_000;

/**
 * Opens a raw client which reconnects for ever.
 *
 * @param patient keeps commands until connected (subscribers); otherwise they are refused at once, so that an HTTP request can
 *   be answered with 503 and a consumer backs off, instead of both waiting in a queue that grows
 */
export function createClient(address: RedisAddress, cluster: boolean, patient = false): Client {
  const { host, port, tls, ca, username, password, db } = address;
  const shared = {
    protocol: PROTOCOL,
    connectTimeout: 5_000,
    socketTimeout: REPLY_TIMEOUT_MS,
    // A command under way when the connection breaks is refused too: whether it was done is unknown, and every caller can repeat.
    maxRetriesPerRequest: patient ? null : 0,
    autoResendUnfulfilledCommands: patient,
    ...(tls && { tls: ca === undefined ? {} : { ca } }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  } as const;
  if (cluster) {
    return new Cluster([{ host, port }], {
      enableOfflineQueue: patient,
      // Groups the commands of one turn by node, which an explicit pipeline cannot (its keys must be of one node).
      enableAutoPipelining: true,
      clusterRetryStrategy: reconnectDelayMs,
      // A certificate is of a name: the nodes are asked for by what the Cluster calls them, not by what that resolves to.
      ...(tls && { dnsLookup: (name, callback) => callback(null, name) }),
      // A failover is noticed also where no command is redirected.
      slotsRefreshInterval: SLOTS_REFRESH_MS,
      redisOptions: shared,
    });
  }
  return new Redis({ ...shared, host, port, db, enableOfflineQueue: patient, retryStrategy: reconnectDelayMs });
}
