import { setTimeout as delay } from 'node:timers/promises';
import { isRetriable, messageOf } from './errors.js';
import type { Logger } from './logger.js';

export interface RetryOptions {
  readonly logger: Logger;
  /** Ends the waiting; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** First wait, in ms; doubles up to `maxMs`, with jitter. */
  readonly baseMs?: number;
  readonly maxMs?: number;
  readonly retriable?: (error: unknown) => boolean;
}

/** Wait before the next attempt, in ms: exponential from `baseMs` to `maxMs`, half of it random so that many processes spread out. */
export function backoffMs(attempt: number, baseMs = 200, maxMs = 10_000, random: () => number = Math.random): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  return full / 2 + (random() * full) / 2;
}

/**
 * Does `work` until it succeeds, as long as it fails retriably. `label` names the thing with its address and without
 * secrets ("Kafka at 127.0.0.1:9092"): its absence is said once, and once more when it is back.
 *
 * @throws the first error that is not retriable, or the signal's reason
 */
export async function retryForever<T>(label: string, work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { logger, signal, baseMs, maxMs, retriable = isRetriable } = options;
  for (let attempt = 0; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      const result = await work();
      if (attempt > 0) logger.info({ attempts: attempt + 1 }, `${label} is back`);
      return result;
    } catch (error) {
      if (!retriable(error)) throw error;
      const text = `${label} does not answer (${messageOf(error)}); trying again until it does`;
      if (attempt === 0) logger.warn(text);
      else logger.debug({ attempt }, text);
    }
    await delay(backoffMs(attempt, baseMs, maxMs), undefined, { signal });
  }
}
