import { setTimeout as delay } from 'node:timers/promises';

export interface Process {
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

export interface KeepRunningOptions<T extends Process> {
  /** Called at once and after each end; gives up early when the signal is aborted. */
  readonly start: (signal: AbortSignal, attempt: number) => Promise<T>;
  /** It ended by itself and is started again. Told once, however many attempts that takes. */
  readonly onEnded: (ended: T) => void;
  readonly onBack: (started: T) => void;
  /** It ended too often in a row, the last time for this reason; nothing more is tried. */
  readonly onGivenUp: (reason: string) => void;
  readonly signal?: AbortSignal;
  /** Pause before the nth attempt in a row, ms. */
  readonly pauseMs?: (attempt: number) => number;
  /** Who stays up for so long, ms, starts with a clean slate. */
  readonly steadyAfterMs?: number;
}

const MOST_ATTEMPTS = 5;

/**
 * Keeps a process running: starts it, and again whenever it ends by itself, until it is stopped here.
 *
 * @throws what the first start throws
 */
export async function keepRunning<T extends Process>(options: KeepRunningOptions<T>): Promise<Process> {
  const { pauseMs = (attempt) => Math.min(500 * 2 ** attempt, 5_000), steadyAfterMs = 60_000 } = options;
  const stopping = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stopping.signal]) : stopping.signal;
  let current = await options.start(signal, 0);
  let startedAt = Date.now();

  async function watch(): Promise<void> {
    let attempts = 0;
    for (;;) {
      await current.ended;
      if (signal.aborted) return;
      if (Date.now() - startedAt >= steadyAfterMs) attempts = 0;
      let reason = 'it ended right after its start';
      if (attempts < MOST_ATTEMPTS) options.onEnded(current);
      for (let isUp = false; !isUp;) {
        if (attempts === MOST_ATTEMPTS) return options.onGivenUp(reason);
        attempts += 1;
        await delay(pauseMs(attempts), undefined, { signal });
        try {
          current = await options.start(signal, attempts);
          isUp = true;
        } catch (error) {
          if (signal.aborted) return;
          reason = error instanceof Error ? error.message : String(error);
        }
      }
      startedAt = Date.now();
      options.onBack(current);
    }
  }
  // Only the pause rejects, when it is cut short by a stop.
  const watching = watch().catch(() => undefined);
  return {
    ended: watching,
    async stop() {
      stopping.abort();
      await current.stop();
      await watching;
      // A start that was under way when the stop came.
      await current.stop();
    },
  };
}
