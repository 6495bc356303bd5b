import type { ModelRecord } from '@click-recall/redis';
import { RetriableError } from '@click-recall/runtime';
import { expect, it } from 'vitest';
import { createRecordKeeper, type RecordKeeperOptions } from './keep-records.js';

const VERSION = '20200109T113000123Z-ab12cd';
const scores = { hr10: 0.2, ndcg10: 0.1 };
const FILES: Record<string, unknown> = {
  'settings.json': { start: { from: 'fresh' } },
  'metrics.json': {
    ...{ ...scores, popularity: scores, markov: scores },
    ...{ validationNdcg10: 0.1, loss: 2.5, epochs: 3, users: 4, items: 5, clicks: 6 },
  },
};

function world({ tidy, get }: { tidy?: () => Promise<void>; get?: () => Promise<undefined> }) {
  const saved = new Map<string, ModelRecord>();
  const warnings: string[] = [];
  const options: RecordKeeperOptions = {
    registry: {
      tidy: async () => tidy?.(),
      list: async () => [VERSION],
      writtenAt: async () => 0,
      readFile: async (_, file) => Buffer.from(JSON.stringify(FILES[file])),
    },
    registryUrl: 'file:///models',
    models: {
      list: async () => [...saved.values()],
      get: async (version) => (get ? get() : saved.get(version)),
      save: async (record) => void saved.set(record.version, record),
      enlist: async () => undefined,
    },
    activation: { read: async () => null },
    rankers: {
      list: async () => [],
      get: async () => undefined,
      save: async () => undefined,
      enlist: async () => undefined,
    },
    logger: { warn: (_, message) => void warnings.push(message) },
  };
  return { saved, warnings, look: createRecordKeeper(options) };
}

it('records are made anew where the registry cannot be tidied, which is told once', async () => {
  const { saved, warnings, look } = world({ tidy: () => Promise.reject(new Error('EACCES: .removed-1')) });
  await look();
  await look();
  expect([...saved.keys()]).toEqual([VERSION]);
  expect(warnings).toEqual([
    'what is left of versions that were half written stays: EACCES: .removed-1',
    'Redis had lost the records of 1 models; made anew of their files',
  ]);
});

it('a Redis that goes away at a look is not taken for a version that cannot be read', async () => {
  const state = { away: true };
  const get = async (): Promise<undefined> => {
    if (state.away) throw new RetriableError('Redis is away');
  };
  const { saved, warnings, look } = world({ get });
  await expect(look()).rejects.toThrow('Redis is away');
  expect(warnings).toEqual([]);
  state.away = false;
  await look();
  expect([...saved.keys()]).toEqual([VERSION]);
});
