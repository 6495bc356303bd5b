import { RetriableError, within } from '@click-recall/runtime';

/** Nobody waits longer for a list of items, ms. */
const WITHIN_MS = 2_000;

/** The answer, or a RetriableError (503) where it takes too long: a server that fell silent must not hold its callers. */
export function inTime<T>(answer: Promise<T>, withinMs = WITHIN_MS): Promise<T> {
  return within(withinMs, answer, () => new RetriableError(`no answer within ${withinMs} ms`));
}
