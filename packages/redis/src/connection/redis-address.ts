import { FatalError } from '@click-recall/runtime';

/** Where a server is, and how to be let in. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  /** For messages: without user and password. */
  readonly shown: string;
}

/**
 * Reads `redis://` and `rediss://` (TLS) URLs.
 *
 * @throws FatalError, without the URL in its message, since that may hold a password
 */
export function parseRedisUrl(url: string): RedisAddress {
  if (!URL.canParse(url)) throw new FatalError('the address of Redis is not a URL such as redis://127.0.0.1:6379');
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  if (protocol !== 'redis:' && protocol !== 'rediss:') {
    throw new FatalError(`the address of Redis begins with ${protocol}//, expected redis:// or rediss://`);
  }
  const db = pathname.length > 1 ? Number(pathname.slice(1)) : 0;
  if (!Number.isInteger(db) || db < 0) throw new FatalError('the address of Redis names a database that is no number');
  const host = hostname || '127.0.0.1';
  return {
    // ioredis wants IPv6 addresses without their brackets.
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 6379 : Number(port),
    tls: protocol === 'rediss:',
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    db,
    shown: `${host}:${port || 6379}${db === 0 ? '' : `/${db}`}`,
  };
}
