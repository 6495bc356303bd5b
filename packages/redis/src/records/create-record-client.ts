import type { createRedis } from '../connection/create-redis.js';

/** The connection of the redis-om stores (node-redis); one for all of them. */
export interface RecordClient {
  close(): Promise<void>;
}

/** Connects in the background and reconnects for ever; takes the same options as `createRedis`. */
export function createRecordClient(_options: Parameters<typeof createRedis>[0]): RecordClient {
  throw new Error('not built yet');
}
