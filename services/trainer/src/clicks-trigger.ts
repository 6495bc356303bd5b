import type { Jobs } from '@click-recall/jobs';
import { TRAINING_MARK, type OffsetStore } from '@click-recall/redis';

export interface ClicksTriggerOptions {
  readonly offsets: Pick<OffsetStore, 'read' | 'reset'>;
  readonly jobs: Pick<Jobs, 'startTraining'>;
  /** Name under which ingest marks its offsets, and partitions that there are at least. */
  readonly topic: string;
  readonly partitions: number;
  /** Starts a training after so many. */
  readonly afterClicks: number;
}

export interface ClicksTrigger {
  /** Starts a training if enough clicks have come since the last one. */
  look(): Promise<void>;
  /** A training begins: clicks are counted from here. */
  mark(): Promise<void>;
}

/**
 * Counts clicks by the offsets that ingest has applied: four reads, however many users there are. Repeats of an event are
 * counted too, so a training may come early, never late. Several trainers may look; the flow is started once. The number at the last
 * training is kept in Redis, so that it survives restarts.
 */
export function createClicksTrigger(options: ClicksTriggerOptions): ClicksTrigger {
  const { offsets, jobs, topic, partitions, afterClicks } = options;

  const clicks = async (): Promise<number> => {
    let sum = 0;
    for (let partition = 0; ; partition++) {
      const applied = await offsets.read(topic, partition);
      if (applied === null && partition >= partitions) return sum;
      // An offset counts from 0.
      if (applied !== null) sum += Number(applied) + 1;
    }
  };
  const { topic: mark, partition: place } = TRAINING_MARK;
  const set = (count: number): Promise<void> => offsets.reset(mark, place, String(count));

  return {
    async look() {
      const [now, marked] = await Promise.all([clicks(), offsets.read(mark, place)]);
      const before = Number(marked ?? 0);
      // The topic was made anew.
      if (now < before) return set(now);
      if (now - before < afterClicks) return undefined;
      const { started } = await jobs.startTraining({ reason: 'clicks' });
      // While a flow is under way nothing is marked: the next look after its end starts another.
      if (started) await set(now);
    },
    mark: async () => set(await clicks()),
  };
}
