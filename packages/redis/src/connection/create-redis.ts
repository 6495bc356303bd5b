import type { RedisConnection } from './redis-connection.js';

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

/** Connects in the background, reconnects for ever with backoff; says once when the server is gone and once when it is back. */
export function createRedis(_options: RedisOptions): RedisConnection {
  throw new Error('not built yet');
}
