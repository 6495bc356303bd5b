import type { Activation, RankerRecord } from '@click-recall/redis';
import { expect, it } from 'vitest';
import { createRankerTrigger } from './ranker-trigger.js';

/** No ranker may go live. */
const unswitched = {
  activation: { switchRanker: async () => Promise.reject(new Error('a ranker goes live')) },
  onRanker: async () => Promise.reject(new Error('a ranker is live')),
};

it('has a ranker trained once for each encoder that is live without one, and for none that had one rejected', async () => {
  let live: Partial<Activation> | null = null;
  const rankers = new Map<string, RankerRecord[]>();
  const started: string[] = [];
  const look = createRankerTrigger({
    ...unswitched,
    activation: { ...unswitched.activation, read: async () => live as Activation | null },
    rankers: { list: async (modelVersion) => rankers.get(modelVersion!) ?? [] },
    jobs: { startRanker: async (modelVersion) => (started.push(modelVersion), 'job') },
  });
  await look();
  live = { encoder: 'v1', ranker: '' };
  await look();
  await look();
  expect(started).toEqual(['v1']);
  live = { encoder: 'v1', ranker: 'ranker-1' };
  await look();
  rankers.set('v2', [{ status: 'rejected' } as RankerRecord]);
  live = { encoder: 'v2', ranker: '' };
  await look();
  live = { encoder: 'v3', ranker: '' };
  await look();
  expect(started).toEqual(['v1', 'v3']);
});

it('asks again for an encoder that is live once more, also after one that has a ranker', async () => {
  const lives = [
    { encoder: 'v1', ranker: '' },
    { encoder: 'v2', ranker: 'ranker-2' },
    { encoder: 'v1', ranker: '' },
  ];
  const started: string[] = [];
  const look = createRankerTrigger({
    ...unswitched,
    activation: { ...unswitched.activation, read: async () => lives.shift() as Activation },
    rankers: { list: async () => [] },
    jobs: { startRanker: async (modelVersion) => (started.push(modelVersion), 'job') },
  });
  await look();
  await look();
  await look();
  expect(started).toEqual(['v1', 'v1']);
});

it('puts the best ranker that passed beside its encoder where none is live', async () => {
  const ranker = (version: string, reranked: number) =>
    ({
      version,
      status: 'passed',
      artifactUrl: `file:///${version}`,
      metrics: { ndcg10: { recalled: 0.1, reranked } },
    }) as RankerRecord;
  let live = { encoder: 'v1', ranker: '' } as Activation;
  const told: string[] = [];
  const look = createRankerTrigger({
    activation: {
      read: async () => live,
      switchRanker: async (encoder, version) => (told.push(`${version} beside ${encoder}`), 'activated'),
    },
    rankers: { list: async () => [ranker('ranker-2', 0.11), ranker('ranker-1', 0.12)] },
    jobs: { startRanker: async () => Promise.reject(new Error('there is one')) },
    onRanker: async ({ modelVersion, rankerVersion }) => void told.push(`${rankerVersion} of ${modelVersion} is live`),
  });
  await look();
  await look();
  expect(told).toEqual(['ranker-1 beside v1', 'ranker-1 of v1 is live']);
  live = { ...live, ranker: 'ranker-1' };
  await look();
  // Redis came back with older data.
  live = { ...live, ranker: '' };
  await look();
  expect(told).toHaveLength(4);
});
