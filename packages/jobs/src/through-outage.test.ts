import { RetriableError } from '@click-recall/runtime';
import { describe, expect, it } from 'vitest';
import { throughOutage } from './through-outage.js';

/** Fails with one error after the other, then answers how often it was asked; the last error stays where there is no answer. */
function failing(errors: readonly Error[], { forEver = false } = {}) {
  let asked = 0;
  return async (): Promise<number> => {
    const error = errors[forEver ? Math.min(asked, errors.length - 1) : asked];
    asked += 1;
    if (error) throw error;
    return asked;
  };
}

const away = new RetriableError('Redis is away');

describe('reading through an outage', () => {
  it('gives what is read once Redis is back', async () => {
    expect(await throughOutage(failing([away, away]), { pollMs: 1 })).toBe(3);
  });

  it('ends at once with what trying again does not change', async () => {
    const refused = new Error('there is no such job');
    await expect(throughOutage(failing([refused]), { pollMs: 1 })).rejects.toBe(refused);
  });

  it('ends with the outage once that has lasted too long, and when it is told to', async () => {
    const read = failing([away], { forEver: true });
    await expect(throughOutage(read, { pollMs: 1, outageMs: 20 })).rejects.toBe(away);
    await expect(throughOutage(read, { pollMs: 1, signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
