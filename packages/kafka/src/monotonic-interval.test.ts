import { expect, it, onTestFinished, vi } from 'vitest';
import { monotonicInterval } from './monotonic-interval.js';

it('is over once in so many ms, whatever the wall clock says', () => {
  onTestFinished(() => void vi.useRealTimers());
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  const interval = monotonicInterval(2_000);
  // What kafkajs asks before each heartbeat.
  const isDue = (last: number): boolean => Date.now() >= last + interval;
  const start = Date.now();
  expect([isDue(start), isDue(start)]).toEqual([true, false]);
  vi.advanceTimersByTime(1_999);
  expect(isDue(start)).toBe(false);
  vi.advanceTimersByTime(1);
  vi.setSystemTime(start - 3_600_000);
  expect([isDue(start), isDue(start)]).toEqual([true, false]);
});
