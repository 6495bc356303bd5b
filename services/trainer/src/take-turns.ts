/** Runs a piece of work when those before it have ended. Rejects with the signal's reason where it aborts first. */
export type Turns = <T>(signal: AbortSignal, work: () => Promise<T>, onWait: () => void) => Promise<T>;

/** One piece of work at a time, in the order asked for. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  let ahead = 0;
  return async (signal, work, onWait) => {
    const before = last;
    let done = (): void => undefined;
    const mine = new Promise<void>((resolve) => (done = resolve));
    last = before.then(() => mine);
    if (ahead++ > 0) onWait();
    try {
      await untilAborted(before, signal);
      return await work();
    } finally {
      ahead -= 1;
      done();
    }
  };
}

async function untilAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => (abort = () => reject(signal.reason as Error)));
  signal.addEventListener('abort', abort);
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
