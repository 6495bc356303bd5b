import { isRetriable, RetriableError, within } from '@click-recall/runtime';

interface Closable {
  close(): Promise<void>;
  disconnect(): Promise<void>;
}

/** Closes in order, unless that takes longer than `ms`: BullMQ waits for a Redis that is away, a service that stops does not. */
export async function closeWithin(ms: number, part: Closable): Promise<void> {
  const late = new RetriableError('closing takes too long');
  try {
    await within(ms, part.close(), () => late);
  } catch (error) {
    // Not awaited: it waits for an `end` that a client between two attempts to connect never tells of.
    if (error === late) part.disconnect().catch(() => undefined);
    else if (!isRetriable(error)) throw error;
  }
}
