import { setTimeout as delay } from 'node:timers/promises';
import { trainProgressSchema, type TrainProgress } from '@click-recall/contracts';
import type { FlowView, Jobs } from '@click-recall/jobs';
import { bar, type Progress, type Task } from './progress.js';

const POLL_MS = 300;

/** The flow ended without a new live model; the message says at which step and why. */
export class TrainingFailed extends Error {
  override readonly name = 'TrainingFailed';
}

const STEPS = [
  { name: 'train', title: 'training', text: 'waiting for the trainer' },
  { name: 'embed', title: 'vectors', text: 'building the index' },
  { name: 'activate', title: 'activation', text: 'switching' },
  { name: 'republish', title: 'republish', text: 'recommending to everybody' },
] as const;

/**
 * Starts the training flow, or joins the one under way, and shows each step until the last has ended.
 *
 * @throws TrainingFailed
 */
export async function trainAndActivate(
  jobs: Jobs,
  progress: Progress,
  signal: AbortSignal,
  epochs: number | undefined,
): Promise<void> {
  const { id } = await jobs.startTraining({ reason: 'manual', ...(epochs === undefined ? {} : { epochs }) });
  let epochsShown = 0;
  for (const { name, title, text } of STEPS) {
    const task = progress.start(title, text);
    for (;;) {
      const flow = await jobs.flow(id);
      if (!flow) throw new TrainingFailed(`${title}: the jobs of flow ${id} are gone`);
      const job = flow.jobs[name];
      if (name === 'train') epochsShown = showTraining(progress, task, job?.progress, epochsShown);
      if (job?.state === 'completed') {
        task.done(describe(flow, name));
        break;
      }
      if (flow.state === 'failed') {
        task.failed(flow.failure?.message ?? 'failed');
        throw new TrainingFailed(`${title}: ${flow.failure?.message ?? 'failed'}`);
      }
      await delay(POLL_MS, undefined, { signal });
    }
  }
}

/** Shows where the training is, and each finished epoch as a line. Returns how many epochs have been shown. */
function showTraining(progress: Progress, task: Task, reported: unknown, shown: number): number {
  const parsed = trainProgressSchema.safeParse(reported);
  if (!parsed.success) return shown;
  const now: TrainProgress = parsed.data;
  for (const { epoch, loss, validationNdcg10 } of now.curve.slice(shown)) {
    const validation = validationNdcg10 === null ? '' : `   validation NDCG@10 ${validationNdcg10.toFixed(4)}`;
    progress.line(`    epoch ${String(epoch).padStart(3)}   loss ${loss.toFixed(4)}${validation}`);
  }
  const loss = now.loss === null ? '' : `  loss ${now.loss.toFixed(4)}`;
  const epoch = now.epoch > 0 ? `epoch ${now.epoch}/${now.epochs} ${bar(now.step, now.steps)}` : '';
  task.update(`${now.phase}  ${epoch}${loss}`);
  return now.curve.length;
}

function describe(flow: FlowView, name: (typeof STEPS)[number]['name']): string {
  switch (name) {
    case 'train': {
      const result = flow.jobs.train?.result;
      return result
        ? `${result.modelVersion}: ${result.metrics.epochs} epochs, loss ${result.metrics.loss.toFixed(4)}`
        : 'done';
    }
    case 'embed': {
      const result = flow.jobs.embed?.result;
      return result
        ? `${result.items} items, ${result.users} users, recall@100 of the index ${result.indexRecall.toFixed(3)}`
        : 'done';
    }
    case 'activate': {
      const result = flow.jobs.activate?.result;
      return result ? `${result.modelVersion} is live` : 'done';
    }
    case 'republish': {
      const result = flow.jobs.republish?.result;
      return result ? `${result.published} recommendations published` : 'done';
    }
  }
}
