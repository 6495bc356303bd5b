import { trainProgressSchema } from '@click-recall/contracts';
import type { Jobs } from '@click-recall/jobs';
import { setTimeout as delay } from 'node:timers/promises';
import { describeRanker } from './describe-flow.js';
import type { Progress, Task } from './progress.js';

const POLL_MS = 300;

/**
 * Trains the ranker of an encoder that has just gone live, or joins the training that followed by itself, and shows it until its lists
 * are published. A ranker that is rejected is no failure of the start: items stay in the order recalled.
 */
export async function trainRanker(
  jobs: Pick<Jobs, 'startRanker' | 'job'>,
  modelVersion: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const task = progress.start('ranker', 'waiting for the trainer');
  const id = await jobs.startRanker(modelVersion);
  const trained = await ended(jobs, 'train-ranker', id, signal, (reported) => show(task, reported));
  if (!trained?.result) {
    const reason = trained?.failure?.message ?? 'its job is gone';
    return task.done(`none: ${reason}`);
  }
  const { rankerVersion } = trained.result;
  task.update('recommending to everybody');
  const published = await ended(jobs, 'republish', rankerVersion, signal);
  const lists = published?.result ? `, ${published.result.published} recommendations published` : '';
  task.done(`${describeRanker(trained.result)}${lists}`);
}

async function ended<N extends 'train-ranker' | 'republish'>(
  jobs: Pick<Jobs, 'job'>,
  name: N,
  id: string,
  signal: AbortSignal,
  onProgress?: (reported: unknown) => void,
) {
  for (;;) {
    const job = await jobs.job(name, id);
    if (!job || job.state === 'completed' || job.state === 'failed') return job;
    onProgress?.(job.progress);
    await delay(POLL_MS, undefined, { signal });
  }
}

function show(task: Task, reported: unknown): void {
  const parsed = trainProgressSchema.safeParse(reported);
  if (!parsed.success) return;
  const { phase, epoch, epochs } = parsed.data;
  task.update(epoch > 0 ? `${phase}  epoch ${epoch}/${epochs}` : phase);
}
