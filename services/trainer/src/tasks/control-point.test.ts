import { describe, expect, it } from 'vitest';
import { createControlPoint } from './control-point.js';
import { CancelledError } from './task-context.js';

describe('a control point', () => {
  it('lets a running task pass, holds a paused one and lets it go on', async () => {
    const point = createControlPoint();
    await point.checkpoint();
    point.set('pause');
    let passed = false;
    const waiting = point.checkpoint().then(() => (passed = true));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(passed).toBe(false);
    point.set('run');
    await waiting;
  });

  it('ends a cancelled task, also one that is paused, and for good', async () => {
    const point = createControlPoint();
    point.set('pause');
    const waiting = point.checkpoint();
    point.set('cancel');
    await expect(waiting).rejects.toThrow(CancelledError);
    point.set('run');
    await expect(point.checkpoint()).rejects.toThrow(CancelledError);
  });
});
