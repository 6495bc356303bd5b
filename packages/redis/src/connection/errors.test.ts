import { expect, it } from 'vitest';
import { RedisReplyError, RedisUnavailableError, toRedisError } from './errors.js';

function reply(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}

it.each([
  ['LOADING Redis is loading the dataset in memory', RedisUnavailableError],
  // What a transaction is told that was begun while the server reads its data after a restart.
  ['EXECABORT Transaction discarded because of previous errors.', RedisUnavailableError],
  ['WRONGPASS invalid username-password pair or user is disabled.', RedisUnavailableError],
  ['NOSCRIPT No matching script.', RedisUnavailableError],
  ['NOPERM this user has no permissions', RedisReplyError],
  ['WRONGTYPE Operation against a key holding the wrong kind of value', RedisReplyError],
])('tells what mends itself from what does not: %s', (message, kind) => {
  expect(toRedisError(reply(message), 'redis:6379')).toBeInstanceOf(kind);
});

it('takes a Cluster without a node for one that is away', () => {
  expect(toRedisError(new Error('None of startup nodes is available'), 'redis:6379')).toBeInstanceOf(
    RedisUnavailableError,
  );
});
