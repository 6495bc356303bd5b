import { JobFailedError } from '@click-recall/jobs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cli, pipeline } from './open-test-cli.js';

const RESULT = { items: 40, newItems: 2, users: 7, indexRecall: 1, awaitOffsets: {}, seconds: 0.5 };

async function livePipeline() {
  const opened = await pipeline();
  const parts = { index: 'v1', vocabulary: 'v1', lift: { items: 1, users: 1 }, ranker: '', mapping: '' };
  await opened.activation.compareAndSet(null, { encoder: 'v1', ...parts, activatedAt: 1, previous: null });
  return opened;
}

describe('embed', () => {
  it('says what to do where no model is live', async () => {
    const { env } = await pipeline();
    const { code, err } = await cli(['embed'], env);
    expect(code).toBe(1);
    expect(err).toContain('no model is live');
    expect(err).toContain('click-recall rollback');
  });

  it('builds the index of the live model, waits, and says what there is', async () => {
    const { env, jobs } = await livePipeline();
    const worker = jobs.worker('embed', async ({ data }) => ({ modelVersion: data.modelVersion ?? '', ...RESULT }));
    onTestFinished(() => worker.close());
    expect((await cli(['embed'], env)).out).toBe(
      'the index of v1 is complete: 40 items, 2 new items, 7 users (0.5 s)\n',
    );
    expect((await cli(['embed', '--json'], env)).json()).toMatchObject({ modelVersion: 'v1', items: 40 });
  });

  it('ends with 1 and the reason where that fails', async () => {
    const { env, jobs } = await livePipeline();
    const worker = jobs.worker('embed', () =>
      Promise.reject(new JobFailedError('damaged-model', 'weights.bin is gone')),
    );
    onTestFinished(() => worker.close());
    const { code, err } = await cli(['embed'], env);
    expect(code).toBe(1);
    expect(err).toContain('the index is not complete: weights.bin is gone');
  });
});
