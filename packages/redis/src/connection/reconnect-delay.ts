/** Doubles from 50 ms to 3 s, a third of it random, so that many processes do not come back at once. */
export function reconnectDelayMs(attempt: number): number {
  const full = Math.min(3_000, 50 * 2 ** Math.min(attempt, 10));
  return Math.round(full * (2 / 3 + Math.random() / 3));
}
