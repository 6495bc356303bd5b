import { isRedisNotNow } from '@click-recall/runtime';

/** The server cannot be reached, or went away under a command; try again later. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';
  readonly retriable = true;
}

/** The server is at its `maxmemory`: it answers what reads and refuses what writes, until there is room; try again later. */
export class RedisOutOfMemoryError extends Error {
  override readonly name = 'RedisOutOfMemoryError';
  readonly retriable = true;

  constructor(address: string, memory = '') {
    super(
      `Redis at ${address} is out of memory${memory}: it takes no writes until its maxmemory is raised or data is deleted`,
    );
  }
}

/** The server refused a command. */
export class RedisReplyError extends Error {
  override readonly name = 'RedisReplyError';
  readonly retriable = false;
}

/** Said before a command or a script has written anything: neither is ever half done. */
const OUT_OF_MEMORY = /^OOM\b/;

/** What the clients throw when the connection is not there or goes away, beside what `isRedisNotNow` knows. */
const CLIENT_NAMES = new Set([
  'AbortError',
  'ClientClosedError',
  'ClientOfflineError',
  'DisconnectsClientError',
  'SocketClosedUnexpectedlyError',
  'ConnectionTimeoutError',
]);
const CLIENT_MESSAGES = /^(Socket |The client is (closed|offline))/;

/**
 * Turns what a client library throws into the errors of this package; anything else (a mistake of ours) comes back as it is.
 * Commands and their arguments are left out of the message: they hold users' ids.
 */
export function toRedisError(error: unknown, address: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error instanceof RedisUnavailableError || error instanceof RedisReplyError) return error;
  if (error instanceof RedisOutOfMemoryError) return error;
  const isReply = error.name === 'ReplyError' || error.constructor.name === 'ErrorReply';
  if (isReply && OUT_OF_MEMORY.test(error.message)) return new RedisOutOfMemoryError(address);
  if (isReply && !isRedisNotNow(error)) return new RedisReplyError(`Redis at ${address}: ${inWords(error.message)}`);
  const unavailable =
    isRedisNotNow(error) ||
    CLIENT_NAMES.has(error.name) ||
    CLIENT_NAMES.has(error.constructor.name) ||
    CLIENT_MESSAGES.test(error.message) ||
    'syscall' in error;
  if (!unavailable) return error;
  const reason = /enableOfflineQueue|offline/.test(error.message) ? 'not connected' : error.message;
  return new RedisUnavailableError(`Redis at ${address} cannot be reached: ${reason}`);
}

/** A refusal for want of rights says where they come from. */
function inWords(message: string): string {
  return message.startsWith('NOPERM') ? `${message} (the user of REDIS_URL; see \`click-recall redis-acl\`)` : message;
}
