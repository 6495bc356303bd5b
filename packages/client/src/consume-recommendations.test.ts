import type { Recommendation } from '@click-recall/contracts';
import { eventually, randomNamespace } from '@click-recall/testing';
import { expect, it, onTestFinished } from 'vitest';
import { consumeRecommendations, type ConsumeOptions } from './consume-recommendations.js';
import { openTestPipeline, type TestPipeline } from './open-test-client.js';

function recommendation(userId: string, sequenceRevision: number): Recommendation {
  return {
    version: 1,
    recommendationId: `${userId} ${sequenceRevision}`,
    userId,
    sequenceRevision,
    items: [{ itemId: 'i', score: 1, channel: 'nearest' }],
    modelVersion: 'm1',
    generatedAt: 1_700_000_000_000,
    cause: { kind: 'activation' },
  };
}

async function publish(
  { kafka, options }: TestPipeline,
  ...values: (Recommendation | string | { forgotten: string })[]
) {
  await kafka.publisher().publish(
    `${options.namespace}.recommendations`,
    values.map((value) => {
      if (typeof value === 'string') return { key: 'x', value };
      return 'forgotten' in value
        ? { key: value.forgotten, value: null }
        : { key: value.userId, value: JSON.stringify(value) };
    }),
  );
}

async function consume({ options }: TestPipeline, more: Partial<ConsumeOptions> = {}) {
  const log: string[] = [];
  const consumption = await consumeRecommendations({
    ...options,
    groupId: randomNamespace('group'),
    fromBeginning: true,
    onRecommendation: ({ recommendationId }) => void log.push(recommendationId),
    onForgotten: (userId) => void log.push(`${userId} forgotten`),
    ...more,
  });
  onTestFinished(() => consumption.close());
  return { log, consumption };
}

it('hands on what is new, in order, and tells of forgotten users', async () => {
  const pipeline = await openTestPipeline();
  const late = recommendation('a', 2);
  await publish(
    pipeline,
    late,
    recommendation('a', 3),
    late,
    late,
    'not json',
    { forgotten: 'a' },
    recommendation('a', 4),
  );
  const { log } = await consume(pipeline);
  await eventually(() => log.includes('a 4'));
  expect(log).toEqual(['a 2', 'a 3', 'a forgotten', 'a 4']);
});

it('ends with the error of the callback, and hands the message on again the next time', async () => {
  const pipeline = await openTestPipeline();
  const groupId = randomNamespace('group');
  const mistake = new Error('the database of the caller is away');
  const failed = new Promise<Error>((resolve, reject) => {
    consume(pipeline, {
      groupId,
      onRecommendation: () => Promise.reject(mistake),
      onError: resolve,
    }).catch(reject);
  });
  await publish(pipeline, recommendation('a', 1));
  expect(await failed).toBe(mistake);
  const { log } = await consume(pipeline, { groupId });
  await eventually(() => log.includes('a 1'));
});
