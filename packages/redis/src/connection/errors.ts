/** The server cannot be reached, or went away under a command; try again later. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';
  readonly retriable = true;
}

/** The server refused a command. */
export class RedisReplyError extends Error {
  override readonly name = 'RedisReplyError';
  readonly retriable = false;
}
