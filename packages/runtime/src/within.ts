import { setImmediate } from 'node:timers/promises';

/**
 * What `work` gives, if it does so in time; else rejects with what `late` makes. Work that has taken too long goes on unheard: its
 * library has no way to end it.
 */
export async function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    // A process that was held up itself finds the timer before the answer that has been waiting at its door: that one is let in first.
    timer = setTimeout(() => void setImmediate().then(() => reject(late())), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

/** Waits for the end of `work`, however it ends, and no longer than `ms`: for farewells to a server that may be away. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  await within(ms, work, () => new Error('late')).catch(() => undefined);
}
