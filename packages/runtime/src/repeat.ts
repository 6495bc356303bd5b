import { atMost } from './within.js';

export interface RepeatOptions {
  /** Pause before the first time and after each, in ms; a function is asked anew each time. */
  readonly everyMs: number | (() => number);
  /** Told of a failure; the next time comes all the same. */
  readonly onError?: (error: unknown) => void;
}

/** One that waits for a server which is away would hold up the end of a process. */
const STOP_WITHIN_MS = 2_000;

/** Does something now and then, never two at a time, and without keeping the process alive. `stop` waits for the one at work, some seconds. */
export function repeat(
  work: () => Promise<unknown>,
  { everyMs, onError }: RepeatOptions,
): { readonly stop: () => Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  const once = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      onError?.(error);
    }
    next();
  };
  const next = (): void => {
    if (stopped) return;
    timer = setTimeout(
      () => {
        running = once();
      },
      typeof everyMs === 'number' ? everyMs : everyMs(),
    );
    timer.unref();
  };

  next();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      return atMost(STOP_WITHIN_MS, running);
    },
  };
}
