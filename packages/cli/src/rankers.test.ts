import { JobFailedError } from '@click-recall/jobs';
import type { Activation, RankerRecord } from '@click-recall/redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cli, pipeline } from './open-test-cli.js';

const metrics = {
  ndcg10: { recalled: 0.1, reranked: 0.125 },
  hr10: { recalled: 0.2, reranked: 0.3 },
  ...{ clicks: 300, recalled: 150, lists: 600, candidates: 100, epochs: 3 },
};
const RESULT = { rankerVersion: 'ranker-2', modelVersion: 'v1', metrics, seconds: 1 };
const FIGURES = 'NDCG@10 0.1000 recalled, 0.1250 re-ranked, on 300 held-out clicks';

function ranker(version: string, more: Partial<RankerRecord> = {}): RankerRecord {
  const about = { modelVersion: 'v1', status: 'passed', artifactUrl: 'file:///x', createdAt: 1, config: {} } as const;
  return { version, ...about, metrics, ...more };
}

/** The model `v1` is live, with this ranker. */
async function livePipeline(live = '') {
  const opened = await pipeline();
  const { models, rankers, activation } = opened;
  await models.save({ version: 'v1', status: 'live', artifactUrl: 'file:///x', createdAt: 1, config: {} });
  await rankers.save(ranker('ranker-1'));
  await rankers.save(ranker('ranker-0', { status: 'rejected', createdAt: 0 }));
  const parts = { index: 'v1', vocabulary: 'v1', lift: { items: 1, users: 1 }, mapping: '' };
  const record: Activation = { encoder: 'v1', ...parts, ranker: live, activatedAt: 1, previous: null };
  await activation.compareAndSet(null, record);
  return opened;
}

describe('train-ranker', () => {
  it('says so where there is no model to train it for', async () => {
    const { env } = await pipeline();
    const { code, err } = await cli(['train-ranker'], env);
    expect(code).toBe(1);
    expect(err).toContain('no model is live yet');
  });

  it('starts a training for the live model, and shows what came of it', async () => {
    const { env, jobs } = await livePipeline();
    expect((await cli(['train-ranker', '--json'], env)).json()).toMatchObject({ modelVersion: 'v1' });
    const [job] = await jobs.recent('train-ranker', 1);
    expect(job?.data).toEqual({ modelVersion: 'v1' });
    const worker = jobs.worker('train-ranker', async () => RESULT);
    onTestFinished(() => worker.close());
    const { out } = await cli(['train-ranker', '--wait'], env);
    expect(out).toBe(`ranker-2: ${FIGURES}; it is live\n`);
  });

  it('ends with 1 and the reason where the ranker is rejected', async () => {
    const { env, jobs } = await livePipeline();
    const worker = jobs.worker('train-ranker', () =>
      Promise.reject(new JobFailedError('ranker-rejected', 'no better')),
    );
    onTestFinished(() => worker.close());
    const { code, err } = await cli(['train-ranker', '--wait'], env);
    expect(code).toBe(1);
    expect(err).toContain('error: no ranker: no better');
  });
});

describe('rankers', () => {
  it('are listed with their models, the live one marked', async () => {
    const { env } = await livePipeline('ranker-1');
    const { out } = await cli(['models'], env);
    const lines = out.trimEnd().split('\n').slice(-2);
    expect(lines.map((line) => line.split(/ {2,}/).map((cell) => cell.trim()))).toEqual([
      ['* ranker-1', 'live', 'v1', '0.1000', '0.1250', '300'],
      ['', 'ranker-0', 'rejected', 'v1', '0.1000', '0.1250', '300'],
    ]);
    expect((await cli(['models', '--json'], env)).json()).toMatchObject([
      {
        version: 'v1',
        rankers: [
          { version: 'ranker-1', live: true, status: 'live' },
          { version: 'ranker-0', live: false, status: 'rejected' },
        ],
      },
    ]);
  });

  it('are in the status, or that there is none', async () => {
    const { env } = await livePipeline('ranker-1');
    expect((await cli(['status'], env)).out).toContain(`ranker    ranker-1, ${FIGURES}`);
    const other = await livePipeline();
    expect((await cli(['status'], other.env)).out).toContain('ranker    none is live');
  });

  it('come back with their model, which a rollback tells', async () => {
    const { env, models } = await livePipeline();
    await models.save({ version: 'v0', status: 'retired', artifactUrl: 'file:///x', createdAt: 0, config: {} });
    expect((await cli(['rollback', 'v0', '--json'], env)).json()).toMatchObject({ modelVersion: 'v0', ranker: null });
  });
});
