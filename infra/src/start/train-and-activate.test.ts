import type { JobName } from '@click-recall/contracts';
import type { FlowView, JobView } from '@click-recall/jobs';
import { expect, it } from 'vitest';
import type { Progress } from './progress.js';
import { trainAndActivate } from './train-and-activate.js';

const METRICS = {
  hr10: 0.2,
  ndcg10: 0.1,
  popularity: { hr10: 0, ndcg10: 0 },
  markov: { hr10: 0, ndcg10: 0 },
  validationNdcg10: 0.1,
  loss: 5.5,
  epochs: 2,
  users: 3,
  items: 4,
  clicks: 5,
};
const CURVE = [
  { epoch: 1, loss: 6, validationNdcg10: null },
  { epoch: 2, loss: 5.5, validationNdcg10: 0.1 },
];

function job<N extends JobName>(name: N, state: JobView['state'], rest: Partial<JobView<N>> = {}): JobView<N> {
  const known = { data: undefined, progress: undefined, result: undefined, failure: undefined, attempts: 0 };
  return { name, id: 'f', state, ...known, createdAt: 0, startedAt: undefined, finishedAt: undefined, ...rest };
}

const progressOf = (curve: typeof CURVE) => ({
  phase: 'training',
  epoch: curve.length,
  epochs: 2,
  step: 1,
  steps: 10,
  loss: 5.5,
  curve,
});
const train = job('train', 'completed', {
  progress: progressOf(CURVE),
  result: { modelVersion: 'v1', metrics: METRICS, seconds: 1 },
});
const embed = job('embed', 'completed', {
  result: { modelVersion: 'v1', items: 4, users: 3, indexRecall: 1, awaitOffsets: {}, seconds: 1 },
});
const activate = job('activate', 'completed', { result: { modelVersion: 'v1', previous: null } });
const republish = job('republish', 'completed', {
  result: { modelVersion: 'v1', users: 3, published: 3, seconds: 1 },
});

/** Follows a flow that is seen in these states one after the other; what a person is shown of it. */
async function shown(flows: Omit<FlowView, 'id'>[]): Promise<{ lines: string[]; error: unknown }> {
  const lines: string[] = [];
  const progress: Progress = {
    start: (name) => ({
      update: () => undefined,
      done: (text) => void lines.push(`${name} done: ${text}`),
      failed: (text) => void lines.push(`${name} failed: ${text}`),
    }),
    line: (text) => void lines.push(text.trim()),
    end: () => undefined,
  };
  const jobs = {
    startTraining: async () => ({ id: 'f', started: true }),
    flow: async () => ({ id: 'f', ...flows.shift()! }),
  };
  const error: unknown = await trainAndActivate(jobs, progress, new AbortController().signal, undefined).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { lines, error };
}

it('shows every epoch once, and what each step came to', async () => {
  const running = job('train', 'active', { progress: progressOf(CURVE.slice(0, 1)) });
  const { lines, error } = await shown([
    { state: 'running', failure: undefined, jobs: { train: running } },
    { state: 'running', failure: undefined, jobs: { train, embed: job('embed', 'active') } },
    { state: 'completed', failure: undefined, jobs: { train, embed, activate, republish } },
  ]);
  expect(error).toBeUndefined();
  expect(lines).toEqual([
    'epoch   1   loss 6.0000',
    'epoch   2   loss 5.5000   validation NDCG@10 0.1000',
    'training done: v1: 2 epochs, loss 5.5000, NDCG@10 0.1000',
    'vectors done: 4 items, 3 users, recall@100 of the index 1.0000',
    'activation done: v1 is live',
    'republish done: 3 recommendations published',
  ]);
});

it('ends at the step that failed, with its reason', async () => {
  const failure = { code: 'gate-rejected', message: 'not better than popularity' } as const;
  const { lines, error } = await shown([
    { state: 'failed', failure, jobs: { train: job('train', 'failed', { failure }) } },
  ]);
  expect(error).toMatchObject({ name: 'TrainingFailed', message: 'training: not better than popularity' });
  expect(lines).toEqual(['training failed: not better than popularity']);
});
