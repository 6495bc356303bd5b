import { describe, expect, it } from 'vitest';
import { eventually } from './eventually.js';

describe('eventually', () => {
  it('gives the first truthy value', async () => {
    const values = [false, 0, 'third'];
    await expect(eventually(() => values.shift(), { everyMs: 1 })).resolves.toBe('third');
  });

  it('goes on after errors', async () => {
    let attempts = 0;
    await eventually(
      () => {
        attempts += 1;
        expect(attempts).toBe(3);
      },
      { everyMs: 1 },
    );
    expect(attempts).toBe(3);
  });

  it('waits for promises', async () => {
    let attempts = 0;
    await expect(eventually(() => Promise.resolve((attempts += 1) > 2), { everyMs: 1 })).resolves.toBe(true);
  });

  it('fails after the deadline with the last error', async () => {
    const attempt = () => Promise.reject(new Error('broker away'));
    await expect(eventually(attempt, { deadlineMs: 5, everyMs: 1 })).rejects.toThrow(/not within 5 ms.*broker away/);
  });

  it('fails after the deadline with the last value', async () => {
    await expect(eventually(() => null, { deadlineMs: 5, everyMs: 1 })).rejects.toThrow('the last value was null');
  });
});
