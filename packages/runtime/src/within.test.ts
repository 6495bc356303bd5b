import { describe, expect, it } from 'vitest';
import { atMost, within } from './within.js';

const never = new Promise<never>(() => undefined);
const late = (): Error => new Error('late');

describe('within', () => {
  it('gives what the work gives', async () => {
    expect(await within(1_000, Promise.resolve(7), late)).toBe(7);
    await expect(within(1_000, Promise.reject(new Error('refused')), late)).rejects.toThrow('refused');
  });

  it('rejects when the work takes too long, and hears no more of it', async () => {
    await expect(within(1, never, late)).rejects.toThrow('late');
    let fail: (error: Error) => void = () => undefined;
    const work = new Promise<never>((_resolve, reject) => (fail = reject));
    await expect(within(1, work, late)).rejects.toThrow('late');
    // Unheard, or the process would end by an unhandled rejection.
    fail(new Error('afterwards'));
  });

  it('lets an answer in that was at the door when the time was over', async () => {
    const answer = new Promise<string>((resolve) => setTimeout(() => setImmediate(() => resolve('there')), 1));
    const until = performance.now() + 20;
    const waiting = within(5, answer, late);
    while (performance.now() < until);
    expect(await waiting).toBe('there');
  });
});

describe('atMost', () => {
  it('waits for the end of the work, whichever, and not for one that does not come', async () => {
    let ended = false;
    await atMost(
      1_000,
      Promise.resolve().then(() => (ended = true)),
    );
    expect(ended).toBe(true);
    expect(await atMost(1_000, Promise.reject(new Error('refused')))).toBeUndefined();
    expect(await atMost(1, never)).toBeUndefined();
  });
});
