import { setImmediate as turn } from 'node:timers/promises';
import type { Control } from '@click-recall/jobs';
import { CancelledError } from './task-context.js';

export interface ControlPoint {
  readonly set: (control: Control) => void;
  /** Resolves while the task may run, waits while it is paused, throws a CancelledError once it is cancelled. */
  readonly checkpoint: () => Promise<void>;
  /** Aborts, by a CancelledError, once the task is cancelled. */
  readonly signal: AbortSignal;
}

/** Where a task stands still between two steps. Once cancelled, it stays so. */
export function createControlPoint(): ControlPoint {
  let control: Control = 'run';
  let wake: (() => void)[] = [];
  const cancelled = new AbortController();
  return {
    signal: cancelled.signal,
    set(next) {
      if (control === 'cancel') return;
      control = next;
      if (next === 'pause') return;
      if (next === 'cancel') cancelled.abort(new CancelledError());
      for (const resolve of wake) resolve();
      wake = [];
    },
    async checkpoint() {
      // TensorFlow holds the thread: without a turn of the event loop no message would be read.
      await turn();
      while (control === 'pause') await new Promise<void>((resolve) => wake.push(resolve));
      cancelled.signal.throwIfAborted();
    },
  };
}
