import { describe, expect, it } from 'vitest';
import { ConfigError, FatalError, isRetriable, messageOf, RetriableError } from './errors.js';

function withCode(code: string): Error {
  return Object.assign(new Error('x'), { code });
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
