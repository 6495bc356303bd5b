import type { Queue } from 'bullmq';
import type { WorkerOptions } from './jobs.js';
import type { Control } from './running-job.js';

export interface ControlSettings {
  readonly queue: Queue;
  readonly cancelKey: (id: string) => string;
  readonly options: WorkerOptions;
}

export interface ControlWatch {
  readonly cancelled: AbortSignal;
  readonly now: () => Control;
  readonly onChange: (listener: (control: Control) => void) => void;
  /** Ends the watch and forgets the wish to cancel. */
  close(): Promise<void>;
}

/** Reads what an operator wants of a running job: by a flag of the job's own (cancel), by pausing its queue (pause). */
export async function watchControl(settings: ControlSettings, id: string, whole?: string): Promise<ControlWatch> {
  const { queue, options } = settings;
  // A part ends with the whole job, whose flag the other parts want to read too.
  const key = settings.cancelKey(whole ?? id);
  const client = await queue.backend.client;
  const cancel = new AbortController();
  const listeners: ((control: Control) => void)[] = [];
  let control: Control = 'run';
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<void> => {
    const [wanted, paused] = await Promise.all([client.get(key), queue.isPaused()]);
    const next: Control = wanted !== null ? 'cancel' : paused ? 'pause' : 'run';
    if (stopped || next === control) return;
    control = next;
    if (control === 'cancel') cancel.abort(new Error('an operator ended the job'));
    for (const listener of listeners) listener(control);
  };
  const again = (): void => {
    if (stopped) return;
    // An unanswered look is no news: what was wanted last still holds, and the queue's own errors are logged.
    timer = setTimeout(() => void look().then(again, again), options.controlMs ?? 500);
  };

  await look();
  again();
  return {
    cancelled: cancel.signal,
    now: () => control,
    onChange: (listener) => void listeners.push(listener),
    async close() {
      stopped = true;
      clearTimeout(timer);
      if (cancel.signal.aborted && whole === undefined) await client.del(key).catch(() => undefined);
    },
  };
}
