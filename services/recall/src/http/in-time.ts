import { RetriableError } from '@click-recall/runtime';

/** Nobody waits longer for a list of items, ms. */
const WITHIN_MS = 2_000;

/** The answer, or a RetriableError (503) where it takes too long: a server that fell silent must not hold its callers. */
export async function inTime<T>(answer: Promise<T>, withinMs = WITHIN_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new RetriableError(`no answer within ${withinMs} ms`)), withinMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
