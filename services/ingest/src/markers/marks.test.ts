import type { PartitionMark } from '@click-recall/redis';
import { expect, it } from 'vitest';
import { addMark, standBefore } from './marks.js';

const WINDOW_MS = 100;

function mark(atMs: number, next: number): PartitionMark {
  return { atMs, next: String(next) };
}

it('knows where the partition stood before the window, with few marks', () => {
  let marks: readonly PartitionMark[] = [];
  for (let atMs = 0; atMs <= 1_000; atMs += 1) {
    marks = addMark(marks, mark(atMs, atMs * 7), WINDOW_MS);
    const stood = standBefore(marks, atMs, WINDOW_MS);
    expect(stood).toBeLessThanOrEqual(BigInt(Math.max(0, atMs - WINDOW_MS) * 7));
    expect(stood).toBeGreaterThanOrEqual(BigInt(Math.max(0, atMs - 1.2 * WINDOW_MS) * 7));
  }
  expect(marks.length).toBeLessThanOrEqual(12);
});

it('goes back to the beginning where it has not been looked for as long as the window', () => {
  expect(standBefore([], 1_000, WINDOW_MS)).toBe(0n);
  expect(standBefore([mark(950, 5)], 1_000, WINDOW_MS)).toBe(0n);
});

it('counts what is applied again as newly applied', () => {
  const marks = [mark(0, 10), mark(100, 20), mark(200, 30)];
  const back = addMark(marks, mark(300, 15), WINDOW_MS);
  expect(back).toEqual([mark(0, 10), mark(300, 15)]);
  const on = addMark(back, mark(380, 40), WINDOW_MS);
  // At 20 and 30 it stands for the second time, since less than the window.
  expect(standBefore(on, 390, WINDOW_MS)).toBe(10n);
});
