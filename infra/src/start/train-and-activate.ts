import { trainProgressSchema } from '@click-recall/contracts';
import { watchFlow, type Jobs } from '@click-recall/jobs';
import { describeEpoch, describeStep } from './describe-flow.js';
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
  jobs: Pick<Jobs, 'startTraining' | 'flow'>,
  progress: Progress,
  signal: AbortSignal,
  epochs: number | undefined,
): Promise<void> {
  const { id } = await jobs.startTraining({ reason: 'manual', ...(epochs === undefined ? {} : { epochs }) });
  const rest = [...STEPS];
  let step = rest.shift();
  let task = step && progress.start(step.title, step.text);
  let epochsShown = 0;
  for await (const flow of watchFlow(jobs, id, { signal, pollMs: POLL_MS })) {
    while (step && task) {
      const job = flow.jobs[step.name];
      if (step.name === 'train') epochsShown = showTraining(progress, task, job?.progress, epochsShown);
      if (job?.state !== 'completed') break;
      task.done(describeStep(flow, step.name) ?? 'done');
      step = rest.shift();
      task = step && progress.start(step.title, step.text);
    }
    if (flow.state === 'failed') {
      const reason = flow.failure?.message ?? 'failed';
      task?.failed(reason);
      throw new TrainingFailed(`${step?.title ?? 'training'}: ${reason}`);
    }
  }
}

/** Shows where the training is, and each finished epoch as a line. Returns how many epochs have been shown. */
function showTraining(progress: Progress, task: Task, reported: unknown, shown: number): number {
  const parsed = trainProgressSchema.safeParse(reported);
  if (!parsed.success) return shown;
  const now = parsed.data;
  for (const finished of now.curve.slice(shown)) progress.line(`    ${describeEpoch(finished)}`);
  const loss = now.loss === null ? '' : `  loss ${now.loss.toFixed(4)}`;
  const epoch = now.epoch > 0 ? `epoch ${now.epoch}/${now.epochs} ${bar(now.step, now.steps)}` : '';
  // What learns from titles has epochs of its own.
  task.update(now.phase === 'new-items' ? 'vectors for new items' : `${now.phase}  ${epoch}${loss}`);
  return now.curve.length;
}
