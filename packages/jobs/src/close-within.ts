import { isRetriable } from '@click-recall/runtime';
import { setTimeout as delay } from 'node:timers/promises';

interface Closable {
  close(): Promise<void>;
  disconnect(): Promise<void>;
}

/** Closes in order, unless that takes longer than `ms`: BullMQ waits for a Redis that is away, a service that stops does not. */
export async function closeWithin(ms: number, part: Closable): Promise<void> {
  const late = new AbortController();
  const closed = part.close().then(
    () => 'closed' as const,
    (error: unknown) => ({ error }),
  );
  const outcome = await Promise.race([closed, delay(ms, 'late' as const, { signal: late.signal })]);
  late.abort();
  // Not awaited: it waits for an `end` that a client between two attempts to connect never tells of.
  if (outcome === 'late') part.disconnect().catch(() => undefined);
  else if (outcome !== 'closed' && !isRetriable(outcome.error)) throw outcome.error;
}
