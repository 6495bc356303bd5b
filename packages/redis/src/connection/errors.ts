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

/**
 * What a server answers that is there but cannot serve now. NOSCRIPT: it lost a script that was just given to it, or could not take it. EXECABORT:
 * our transactions are always the same well-formed commands, so one that is discarded was refused by the state of the server (it still reads its
 * data from disk, or has no room).
 */
const NOT_NOW =
  /^(LOADING|EXECABORT|READONLY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|MISCONF|BUSY|UNBLOCKED|NOSCRIPT|NOAUTH|WRONGPASS)\b/;

/** Said before a command or a script has written anything: neither is ever half done. */
const OUT_OF_MEMORY = /^OOM\b/;

/** What the clients throw when the connection is not there or goes away. */
const CLIENT_NAMES = new Set([
  'AbortError',
  'MaxRetriesPerRequestError',
  'ClusterAllFailedError',
  'ClientClosedError',
  'ClientOfflineError',
  'DisconnectsClientError',
  'SocketClosedUnexpectedlyError',
  'ConnectionTimeoutError',
]);
const CLIENT_MESSAGES =
  /^(Connection is closed|Stream isn't writeable|Cluster isn't ready|Cluster is ended|Too many Cluster redirections|Failed to refresh slots|Socket |The client is (closed|offline)|Command timed out)/;

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
  if (isReply && !NOT_NOW.test(error.message))
    return new RedisReplyError(`Redis at ${address}: ${inWords(error.message)}`);
  const unavailable =
    isReply ||
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
