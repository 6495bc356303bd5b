import type { Activation, RankerRecord } from '@click-recall/redis';
import { expect, it } from 'vitest';
import { createRankerTrigger } from './ranker-trigger.js';

it('has a ranker trained once for each encoder that is live without one, and for none that had one rejected', async () => {
  let live: Partial<Activation> | null = null;
  const rankers = new Map<string, RankerRecord[]>();
  const started: string[] = [];
  const look = createRankerTrigger({
    activation: { read: async () => live as Activation | null },
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
    activation: { read: async () => lives.shift() as Activation },
    rankers: { list: async () => [] },
    jobs: { startRanker: async (modelVersion) => (started.push(modelVersion), 'job') },
  });
  await look();
  await look();
  await look();
  expect(started).toEqual(['v1', 'v1']);
});
