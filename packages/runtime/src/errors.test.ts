import { describe, expect, it } from 'vitest';
import { ConfigError, FatalError, isRetriable, messageOf, RetriableError } from './errors.js';

function withCode(code: string): Error {
  return Object.assign(new Error('x'), { code });
}

/** What ioredis throws of a transaction whose commands were told these. */
function discarded(...told: string[]): Error {
  const previousErrors = told.map((message) => new Error(message));
  return Object.assign(new Error('EXECABORT Transaction discarded because of previous errors.'), { previousErrors });
}

describe('isRetriable', () => {
  it.each([
    ['our own word for it', new RetriableError('later'), true],
    ['a refused connection', withCode('ECONNREFUSED'), true],
    ['a name that does not resolve just now', withCode('EAI_AGAIN'), true],
    ['a Redis that loads its data', new Error('LOADING Redis is loading the dataset in memory'), true],
    ['a replica after a failover', new Error("READONLY You can't write against a read only replica."), true],
    ['a Kafka error that says so', Object.assign(new Error('leader moved'), { retriable: true }), true],
    ['a retriable cause', new Error('publish failed', { cause: withCode('ETIMEDOUT') }), true],
    [
      'a connection refused on every address',
      new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')]),
      true,
    ],
    [
      'a Kafka error that says no, whatever its cause',
      Object.assign(new Error('x', { cause: withCode('EPIPE') }), { retriable: false }),
      false,
    ],
    ['our own word against it', new FatalError('never', { cause: withCode('EPIPE') }), false],
    ['a faulty configuration', new ConfigError([]), false],
    ['a mistake in the code', new TypeError('x is not a function'), false],
    ['a Redis without room', new Error("OOM command not allowed when used memory > 'maxmemory'."), true],
    ['a Redis that cannot write to its disk', new Error('MISCONF Errors writing to the AOF file'), true],
    ['a Redis that does not answer', new Error('Command timed out'), true],
    ['a Redis that is busy with a script', new Error('BUSY Redis is busy running a script.'), true],
    ['a Redis that has lost a script', new Error('NOSCRIPT No matching script.'), true],
    ['a Redis whose role has changed', new Error('UNBLOCKED force unblock from blocking operation'), true],
    ['a Redis whose password is another now', new Error('WRONGPASS invalid username-password pair'), true],
    ['a Redis that has a password now', new Error('NOAUTH Authentication required.'), true],
    ['a transaction cut off', new Error('Command aborted due to connection close'), true],
    ['a Redis Cluster without a node', new Error('None of startup nodes is available'), true],
    ['a Redis Cluster that moves', new Error('Too many Cluster redirections. Last error: MOVED 1 a:1'), true],
    ['a transaction that is discarded', discarded(), true],
    ['one that is discarded by a loading Redis', discarded('LOADING Redis is loading'), true],
    ['one with a command that is not allowed', discarded('LOADING Redis is loading', 'NOPERM no permissions'), false],
    ['a command that is not allowed', new Error('NOPERM this user has no permissions'), false],
    ['a stream group that is there', new Error('BUSYGROUP Consumer Group name already exists'), false],
    ['a key of another type', new Error('WRONGTYPE Operation against a key'), false],
    ['something that is no error', 'ECONNREFUSED', false],
    ['an empty collection of errors', new AggregateError([]), false],
  ])('decides on %s', (_what, error, expected) => {
    expect(isRetriable(error)).toBe(expected);
  });
});

describe('messageOf', () => {
  it('tells what failed on each address', () => {
    expect(messageOf(new AggregateError([new Error('::1 refused'), new Error('127.0.0.1 refused')]))).toBe(
      '::1 refused; 127.0.0.1 refused',
    );
  });

  it('falls back to the name of an error without words', () => {
    expect(messageOf(new RangeError())).toBe('RangeError');
  });
});
