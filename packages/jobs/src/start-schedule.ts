import { ConfigError, isRetriable, messageOf } from '@click-recall/runtime';
import { Worker, type ConnectionOptions, type Queue } from 'bullmq';
import { closeWithin } from './close-within.js';
import { CLOSE_MS } from './queues.js';
import type { JobWorker } from './jobs.js';

export interface ScheduleSettings {
  readonly queue: Queue;
  readonly pattern: string | undefined;
  readonly connection: ConnectionOptions;
  readonly prefix: string;
  /** A time has come: told again, with the same name of it, where a process was killed in the middle. */
  readonly start: (tick: string) => Promise<unknown>;
  readonly onError: (error: Error) => void;
}

/** One scheduler by this id: a second process updates it, and never adds another. */
const SCHEDULER = 'training';

/** See `Jobs.schedule`; throws a ConfigError for a pattern that is none. A tick is a job of a queue of its own, taken by one of the processes, which starts the flow. */
export async function startSchedule(settings: ScheduleSettings): Promise<JobWorker> {
  const { queue, pattern } = settings;
  if (pattern === undefined) {
    await queue.removeJobScheduler(SCHEDULER);
    // One that was due and that nobody has taken would be, whenever there is a schedule again.
    await queue.drain();
    return { close: async () => undefined };
  }
  const opts = { attempts: 3, backoff: 1_000, removeOnComplete: { count: 20 }, removeOnFail: { count: 20 } };
  try {
    if (!(await isScheduled(queue, pattern))) {
      await queue.upsertJobScheduler(SCHEDULER, { pattern, tz: 'UTC' }, { name: 'tick', opts });
    }
  } catch (error) {
    if (isRetriable(error)) throw error;
    const expected = `a cron pattern, got ${JSON.stringify(pattern)} (${messageOf(error)})`;
    throw new ConfigError([{ variable: 'TRAIN_SCHEDULE', expected }]);
  }
  const worker = new Worker(queue.name, ({ id }) => settings.start(flowOf(id!)), {
    connection: settings.connection,
    prefix: settings.prefix,
  });
  worker.on('error', settings.onError);
  return { close: () => closeWithin(CLOSE_MS, worker) };
}

/**
 * Whether there is this schedule and its next time waits to come: setting it again would drop a time that came while no process was up, or
 * that none has taken yet.
 */
async function isScheduled(queue: Queue, pattern: string): Promise<boolean> {
  const known = await queue.getJobScheduler(SCHEDULER);
  if (known?.pattern !== pattern || known.tz !== 'UTC' || known.next === null || known.next === undefined) return false;
  const state = await queue.getJobState(`repeat:${SCHEDULER}:${known.next}`);
  return state === 'delayed' || state === 'waiting' || state === 'active';
}

/** `repeat:training:1764000000000`, as a name that a job may have. */
function flowOf(tick: string): string {
  return tick.replaceAll(':', '-');
}
