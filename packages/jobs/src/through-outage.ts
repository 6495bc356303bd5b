import { setTimeout as delay } from 'node:timers/promises';
import { isRetriable } from '@click-recall/runtime';

/** Who waits for a job bears that Redis is away for so long, as the job does; then they want to know. */
export const OUTAGE_MS = 60_000;

export interface ThroughOutageOptions {
  /** Pause between two attempts. */
  readonly pollMs: number;
  /** {@link OUTAGE_MS} unless set. */
  readonly outageMs?: number;
  /** Ends the waiting with an AbortError. */
  readonly signal?: AbortSignal;
}

/**
 * Reads once, and again as long as Redis is away.
 *
 * @throws what is not retriable at once, and what is retriable when the outage lasts longer than is borne
 */
export async function throughOutage<T>(
  read: () => Promise<T>,
  { pollMs, outageMs = OUTAGE_MS, signal }: ThroughOutageOptions,
): Promise<T> {
  const deadline = performance.now() + outageMs;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!isRetriable(error) || performance.now() >= deadline) throw error;
    }
    await delay(pollMs, undefined, { ...(signal && { signal }) });
  }
}
