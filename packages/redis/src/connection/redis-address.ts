import { FatalError, type RedisDoor } from '@click-recall/runtime';

/** Where a server is, and how to be let in. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** PEM text of the authority to trust; absent: those the system trusts. */
  readonly ca?: string;
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  /** For messages: without user and password. */
  readonly shown: string;
}

/** For messages about being let in. */
export function doorOf({ shown, tls, username }: RedisAddress): RedisDoor {
  return { address: shown, tls, username };
}

/**
 * Reads `redis://` and `rediss://` (TLS) URLs.
 *
 * @throws FatalError, without the URL in its message, since that may hold a password
 */
export function parseRedisUrl({ url, ca }: { readonly url: string; readonly ca?: string | undefined }): RedisAddress {
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
    ...(ca !== undefined && { ca }),
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    db,
    shown: `${host}:${port || 6379}${db === 0 ? '' : `/${db}`}`,
  };
}
