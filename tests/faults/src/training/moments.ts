import { watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { trainProgressSchema, type TrainProgress } from '@click-recall/contracts';
import type { Jobs } from '@click-recall/jobs';

type Queue = 'train' | 'train-ranker';

/** A moment of a training. */
export interface Moment {
  readonly queue: Queue;
  readonly name: string;
  /** Resolves when the job is there; false where it has ended without having been seen there. To be called before there is a job. */
  readonly reached: (jobs: Jobs, job: Promise<string>, registry: string) => Promise<boolean>;
}

/** Each phase that a training tells of, and the two moments that matter most within the last one. */
export const MOMENTS: readonly Moment[] = [
  phase('train', 'snapshot'),
  phase('train', 'training'),
  phase('train', 'evaluation'),
  phase('train', 'new-items'),
  phase('train', 'saving'),
  { queue: 'train', name: 'files half written', reached: (_, __, registry) => appears(registry, /^\.aside-2/) },
  { queue: 'train', name: 'files there, record not', reached: (_, __, registry) => appears(registry, /^2/) },
  phase('train-ranker', 'snapshot'),
  phase('train-ranker', 'training'),
  {
    queue: 'train-ranker',
    name: 'ranker half written',
    reached: (_, __, registry) => appears(registry, /^\.aside-ranker/),
  },
  { queue: 'train-ranker', name: 'ranker there, not live', reached: (_, __, registry) => appears(registry, /^ranker/) },
];

const LOOK_EVERY_MS = 3;
const APPEARS_WITHIN_MS = 120_000;

function phase(queue: Queue, name: TrainProgress['phase']): Moment {
  return {
    queue,
    name,
    async reached(jobs, wanted) {
      const id = await wanted;
      for (;;) {
        const job = await jobs.job(queue, id);
        if (!job || job.state === 'completed' || job.state === 'failed') return false;
        const progress = trainProgressSchema.safeParse(job.progress);
        if (job.state === 'active' && progress.success && progress.data.phase === name) return true;
        await delay(LOOK_EVERY_MS);
      }
    },
  };
}

/** Told by the file system: what is looked for is there for milliseconds. False where it does not come. */
async function appears(folder: string, wanted: RegExp): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  const watcher = watch(folder);
  const seen = new Promise<boolean>((resolve) => {
    watcher.on('change', (_, name) => {
      if (wanted.test(String(name))) resolve(true);
    });
  });
  const late = new AbortController();
  try {
    return await Promise.race([seen, delay(APPEARS_WITHIN_MS, false, { signal: late.signal })]);
  } finally {
    late.abort();
    watcher.close();
  }
}
