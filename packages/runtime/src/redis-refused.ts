import { certificateFault } from './certificate-fault.js';

/**
 * Redis is there and says no: trying again mends nothing until somebody changes a setting, here or there. The message names the address,
 * what was refused and which variable to look at, and holds no secret.
 */
export class RedisRefused extends Error {
  override readonly name = 'RedisRefused';
  readonly retriable = false;
}

/** Where we go and as whom, for messages. */
export interface RedisDoor {
  /** host:port */
  readonly address: string;
  readonly tls: boolean;
  readonly username?: string | undefined;
}

const LOGIN = /\b(WRONGPASS|NOAUTH)\b|\bAUTH\b.*without any password/;

/** What an error of a Redis client says of a refusal; undefined when it says nothing of the kind. */
export function redisRefusalOf(error: unknown, door: RedisDoor): RedisRefused | undefined {
  if (!(error instanceof Error)) return undefined;
  // A Cluster's client tells what its last node said.
  const inner = 'lastNodeError' in error ? redisRefusalOf(error.lastNodeError, door) : undefined;
  const reason = inner === undefined ? reasonOf(error, door) : undefined;
  return inner ?? (reason === undefined ? undefined : new RedisRefused(`Redis at ${door.address} ${reason}`));
}

function reasonOf(error: Error, { tls, username }: RedisDoor): string | undefined {
  const code = 'code' in error ? String(error.code) : '';
  const { message } = error;
  if (LOGIN.test(message)) return `refuses ${username ?? 'the default user'} or its password: look at REDIS_URL`;
  if (/\bNOPERM\b/.test(message)) {
    const missing = /\(?(no permissions? .*|this user has no permissions .*)$/i.exec(message)?.[1] ?? message;
    return `refuses a command to ${username ?? 'the default user'} (${missing}): its rights are those of \`click-recall redis-acl\``;
  }
  const ofCertificate = certificateFault(code, message, { authority: 'REDIS_SSL_CA', address: 'REDIS_URL' });
  if (ofCertificate !== undefined) return ofCertificate;
  if (tls && /wrong version number|packet length too long|record too (long|large)/i.test(message))
    return 'speaks no TLS on this port: look at REDIS_URL, which begins with rediss://';
  return undefined;
}
