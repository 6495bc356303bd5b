import {
  createRanker,
  createSequenceEncoder,
  defaultModelConfig,
  defaultRankerConfig,
  itemFollowers,
  sequenceBatch,
} from '@click-recall/model';
import type { ModelRecord, RankerRecord } from '@click-recall/redis';
import type { Registry } from '@click-recall/registry';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readSettings } from '../settings.js';
import { writeRanker } from './write-ranker.js';
import { writeVersion } from './write-version.js';

const { rules } = readSettings(undefined);
const registry: Pick<Registry, 'write'> = {
  write: async (version) => ({ version, url: `file:///models/${version}`, bytes: 1, files: 1 }),
};

function recordsOf<R extends { readonly version: string }>(...records: R[]) {
  const saved = new Map(records.map((record) => [record.version, record]));
  const store = {
    get: async (version: string) => saved.get(version),
    save: async (record: R) => void saved.set(record.version, record),
  };
  return { saved, store };
}

describe('the record of a version', () => {
  const scores = { hr10: 0.2, ndcg10: 0.1 };
  const metrics = {
    ...{ ...scores, popularity: scores, markov: scores },
    ...{ validationNdcg10: 0.1, loss: 2.5, epochs: 3, users: 1, items: 2, clicks: 2 },
  };
  const write = async (models: ReturnType<typeof recordsOf<ModelRecord>>['store']): Promise<void> => {
    const encoder = createSequenceEncoder(
      { ...defaultModelConfig.encoder, sequenceLength: 4, dim: 8, layers: 1 },
      2,
      1,
    );
    onTestFinished(() => encoder.dispose());
    await writeVersion({
      version: 'v1',
      encoder,
      snapshot: {
        userIds: ['u'],
        itemIds: ['a', 'b'],
        sequences: sequenceBatch([[1, 2]]),
        newest: BigUint64Array.of(1n),
        items: 2,
        clicks: 2,
        fingerprint: 'f',
      },
      start: { from: 'fresh', why: 'no version is live', liveVersion: undefined },
      model: defaultModelConfig,
      rules,
      metrics,
      fitted: { loss: 2.5, epochs: 3, bestEpoch: 2, validationNdcg10: 0.1, curve: [] },
      verdict: { passed: true, basis: 'popularity', message: 'good' },
      trained: new Set(),
      mapping: undefined,
      registry,
      models,
      now: 1,
    });
  };

  it('is written after its files', async () => {
    const { saved, store } = recordsOf<ModelRecord>();
    await write(store);
    expect(saved.get('v1')).toMatchObject({ status: 'written', artifactUrl: 'file:///models/v1', metrics });
  });

  it('stays as it is where another run has adopted the files meanwhile, and the version has gone live', async () => {
    const live: ModelRecord = {
      version: 'v1',
      status: 'live',
      artifactUrl: 'file:///models/v1',
      createdAt: 1,
      config: {},
      lift: { items: 1, users: 1 },
    };
    const { saved, store } = recordsOf(live);
    await write(store);
    expect(saved.get('v1')).toBe(live);
  });
});

it('the record of a ranker stays as it is where another run has adopted the files meanwhile', async () => {
  const metrics = {
    ...{ ndcg10: { recalled: 0.1, reranked: 0.2 }, hr10: { recalled: 0.2, reranked: 0.3 } },
    ...{ clicks: 300, recalled: 150, lists: 600, candidates: 100, epochs: 3 },
  };
  const write = async (rankers: ReturnType<typeof recordsOf<RankerRecord>>['store']): Promise<void> => {
    const [vectors, clicks] = [new Float32Array(3 * 8).fill(0.5), new Float32Array(3)];
    const items = { vectors, dim: 8, clicks, followers: itemFollowers(sequenceBatch([[1, 2]]), 2) };
    const ranker = createRanker({ ...defaultRankerConfig, itemBuckets: 10 }, items);
    onTestFinished(() => ranker.dispose());
    await writeRanker({
      version: 'r1',
      ranker,
      stage: { modelVersion: 'v1', candidates: 100, history: 50 },
      rules: rules.ranker,
      metrics,
      verdict: { passed: true, message: 'better' },
      registry,
      rankers,
      now: 2,
    });
  };
  const { saved, store } = recordsOf<RankerRecord>();
  await write(store);
  const adopted = { ...saved.get('r1')!, artifactUrl: '', createdAt: 1 };
  saved.set('r1', adopted);
  await write(store);
  expect(saved.get('r1')).toBe(adopted);
});
