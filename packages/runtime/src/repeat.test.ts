import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { repeat } from './repeat.js';

describe('something repeated', () => {
  it('goes on after failures, which are told', async () => {
    let times = 0;
    const errors: unknown[] = [];
    await new Promise<void>((done) => {
      const repeated = repeat(
        async () => {
          times += 1;
          if (times === 1) throw new Error('away');
          if (times === 3) {
            void repeated.stop();
            done();
          }
        },
        { everyMs: 1, onError: (error) => errors.push(error) },
      );
    });
    expect(times).toBe(3);
    expect(errors).toEqual([new Error('away')]);
  });

  it('is never done twice at a time, and stops after the one at work', async () => {
    let atOnce = 0;
    let most = 0;
    let finished = 0;
    let begin = (): void => undefined;
    const started = new Promise<void>((resolve) => (begin = resolve));
    const repeated = repeat(
      async () => {
        most = Math.max(most, ++atOnce);
        begin();
        await delay(5);
        atOnce -= 1;
        finished += 1;
      },
      { everyMs: () => 0 },
    );
    await started;
    await repeated.stop();
    expect(most).toBe(1);
    expect(finished).toBe(1);
    await delay(10);
    expect(finished).toBe(1);
  });
});
