import { describe, expect, it } from 'vitest';
import { FatalError, RetriableError } from './errors.js';
import { openTestLog } from './open-test-log.js';
import { backoffMs, retryForever } from './retry.js';

function recorder() {
  const { logger, lines } = openTestLog('test');
  return { logger, messages: () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg) };
}

describe('retryForever', () => {
  it('tries until it works, and says so twice however often it tried', async () => {
    const { logger, messages } = recorder();
    let attempts = 0;
    const work = async () => {
      attempts += 1;
      if (attempts < 5) throw new RetriableError('refused');
      return 'connected';
    };
    await expect(retryForever('Redis at h:1', work, { logger, baseMs: 1 })).resolves.toBe('connected');
    expect(attempts).toBe(5);
    expect(messages()).toEqual([
      'Redis at h:1 does not answer (refused); trying again until it does',
      'Redis at h:1 is back',
    ]);
  });

  it('gives up at once on an error that will not pass', async () => {
    const { logger } = recorder();
    let attempts = 0;
    const work = () => {
      attempts += 1;
      return Promise.reject(new FatalError('wrong password'));
    };
    await expect(retryForever('Redis', work, { logger, baseMs: 1 })).rejects.toThrow('wrong password');
    expect(attempts).toBe(1);
  });

  it('stops waiting when it is told to', async () => {
    const { logger } = recorder();
    const stopping = new AbortController();
    const waiting = retryForever('Kafka', () => Promise.reject(new RetriableError('x')), {
      logger,
      baseMs: 60_000,
      maxMs: 60_000,
      signal: stopping.signal,
    });
    stopping.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('backoffMs', () => {
  it('doubles up to its limit, with half of it by chance', () => {
    expect(backoffMs(0, 100, 1000, () => 0)).toBe(50);
    expect(backoffMs(0, 100, 1000, () => 1)).toBe(100);
    expect(backoffMs(2, 100, 1000, () => 1)).toBe(400);
    expect(backoffMs(2000, 100, 1000, () => 1)).toBe(1000);
  });
});
