import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  /** give up after this long; default 15,000 */
  readonly deadlineMs?: number;
  /** pause between two attempts; default 25 */
  readonly everyMs?: number;
}

/** What `eventually` waits for: anything but a value that says "not yet". */
type Settled<T> = Exclude<T, false | null | undefined | 0 | '' | 0n>;

/**
 * Polls until `attempt` neither throws nor gives a falsy value, and gives its value. A function without a result
 * (one made of `expect` calls) is done when it does not throw.
 *
 * @throws Error after the deadline, with the last error or value in its message and the last error as its cause
 */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  { deadlineMs = 15_000, everyMs = 25 }: EventuallyOptions = {},
): Promise<Settled<Awaited<T>>> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    let last: { readonly error: unknown } | { readonly value: unknown };
    try {
      const value = await attempt();
      if (value || value === undefined) return value as Settled<Awaited<T>>;
      last = { value };
    } catch (error) {
      last = { error };
    }
    if (performance.now() >= deadline) throw overdue(deadlineMs, last);
    await delay(everyMs);
  }
}

function overdue(deadlineMs: number, last: { readonly error: unknown } | { readonly value: unknown }): Error {
  if ('value' in last)
    return new Error(`not within ${deadlineMs} ms; the last value was ${JSON.stringify(last.value)}`);
  const message = last.error instanceof Error ? last.error.message : String(last.error);
  return new Error(`not within ${deadlineMs} ms; the last error was: ${message}`, { cause: last.error });
}
