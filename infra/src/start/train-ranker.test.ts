import type { JobName, JobResult } from '@click-recall/contracts';
import type { JobView } from '@click-recall/jobs';
import { expect, it } from 'vitest';
import type { Progress } from './progress.js';
import { trainRanker } from './train-ranker.js';

const RESULT: JobResult<'train-ranker'> = {
  rankerVersion: 'ranker-1',
  modelVersion: 'v1',
  metrics: {
    ndcg10: { recalled: 0.1, reranked: 0.125 },
    hr10: { recalled: 0.2, reranked: 0.3 },
    ...{ clicks: 300, recalled: 150, lists: 600, candidates: 100, epochs: 3 },
  },
  seconds: 1,
};

function job<N extends JobName>(name: N, state: JobView['state'], rest: Partial<JobView<N>> = {}): JobView<N> {
  const known = { data: undefined, progress: undefined, result: undefined, failure: undefined, attempts: 0 };
  return { name, id: 'id', state, ...known, createdAt: 0, startedAt: undefined, finishedAt: undefined, ...rest };
}

/** Follows jobs that are seen in these states one after the other; what a person is shown of them. */
async function shown(states: { readonly [N in JobName]?: JobView[] }): Promise<{ lines: string[]; asked: string[] }> {
  const [lines, asked]: [string[], string[]] = [[], []];
  const progress: Progress = {
    start: (name) => ({
      update: (text) => void lines.push(text),
      done: (text) => void lines.push(`${name} done: ${text}`),
      failed: (text) => void lines.push(`${name} failed: ${text}`),
    }),
    line: () => undefined,
    end: () => undefined,
  };
  const jobs = {
    startRanker: async (modelVersion: string) => (asked.push(modelVersion), 'training'),
    job: async <N extends JobName>(name: N, id: string) => {
      asked.push(`${name} ${id}`);
      return states[name]?.shift() as JobView<N> | undefined;
    },
  };
  await trainRanker(jobs, 'v1', progress, new AbortController().signal);
  return { lines, asked };
}

it('shows how the ranker goes, what it came to, and waits for its lists', async () => {
  const progress = { phase: 'training', epoch: 2, epochs: 30, step: 1, steps: 1, loss: 4, curve: [] };
  const { lines, asked } = await shown({
    'train-ranker': [job('train-ranker', 'active', { progress }), job('train-ranker', 'completed', { result: RESULT })],
    republish: [job('republish', 'completed', { result: { modelVersion: 'v1', users: 3, published: 3, seconds: 1 } })],
  });
  expect(lines).toEqual([
    'training  epoch 2/30',
    'recommending to everybody',
    'ranker done: ranker-1: NDCG@10 0.1000 recalled, 0.1250 re-ranked, on 300 held-out clicks, 3 recommendations published',
  ]);
  expect(asked).toEqual(['v1', 'train-ranker training', 'train-ranker training', 'republish ranker-1']);
});

it('goes on without a ranker where it was rejected, and says why', async () => {
  const failure = { code: 'ranker-rejected', message: 'no better' } as const;
  const { lines } = await shown({ 'train-ranker': [job('train-ranker', 'failed', { failure })] });
  expect(lines).toEqual(['ranker done: none: no better']);
});
