import { writeStage } from '@click-recall/encoding';
import type { RankerRecord } from '@click-recall/redis';
import { expect, it } from 'vitest';
import { recoverRankers } from './recover-rankers.js';

const RANKER = 'ranker-20300109T113000123Z-ab12cd';
const OTHER = 'ranker-20300109T113000124Z-ab12cd';
const YOUNG = 'ranker-20300109T235959900Z-ab12cd';
/** Of a job that has waited and trained for hours. */
const JUST_WRITTEN = 'ranker-20300109T113000125Z-ab12cd';
const now = Date.UTC(2030, 0, 10);
const metrics = {
  ...{ ndcg10: { recalled: 0.1, reranked: 0.2 }, hr10: { recalled: 0.2, reranked: 0.3 } },
  ...{ clicks: 300, recalled: 150, lists: 600, candidates: 100, epochs: 3 },
};

it('are made of the files again, so that a rollback finds them; models are left alone', async () => {
  const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
  const files: Record<string, Uint8Array> = {
    'stage.json': writeStage({ modelVersion: 'v1', candidates: 100, history: 50 }),
    'settings.json': json({ ranker: { dim: 32 } }),
    'metrics.json': json({ ...metrics, gate: { passed: false, message: 'worse' } }),
  };
  const saved = new Map<string, RankerRecord>();
  const unreadable: string[] = [];
  const run = () =>
    recoverRankers({
      registry: {
        list: async () => ['20300109T113000123Z-ab12cd', RANKER, OTHER, JUST_WRITTEN, YOUNG],
        writtenAt: async (version) => now - ([JUST_WRITTEN, YOUNG].includes(version) ? 100 : 3_600_000),
        readFile: async (version, file) => {
          if (version === OTHER) throw new Error('damaged');
          return files[file]!;
        },
      },
      registryUrl: 'file:///models/',
      rankers: {
        list: async () => [...saved.values()],
        get: async (version) => saved.get(version),
        save: async (record) => void saved.set(record.version, record),
        enlist: async () => undefined,
      },
      now,
      onUnreadable: (version, reason) => unreadable.push(`${version}: ${reason}`),
    });
  expect(await run()).toEqual([RANKER]);
  expect(saved.get(RANKER)).toEqual({
    version: RANKER,
    modelVersion: 'v1',
    status: 'rejected',
    artifactUrl: `file:///models/${RANKER}`,
    createdAt: Date.UTC(2030, 0, 9, 11, 30, 0, 123),
    config: { ranker: { dim: 32 } },
    metrics,
    reason: 'worse',
  });
  expect(unreadable).toEqual([`${OTHER}: damaged`]);
  expect(await run()).toEqual([]);
});
