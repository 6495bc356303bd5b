import type { Activation, RankerRecord } from '@click-recall/redis';
import { newRankerId } from '@click-recall/registry';
import { expect, it } from 'vitest';
import { pruneRankers } from './prune-rankers.js';

const DAY = 24 * 60 * 60 * 1000;
const now = Date.UTC(2030, 0, 10);

function ranker(version: string, modelVersion: string, reranked: number, age: number): RankerRecord {
  const metrics = { ndcg10: { recalled: 0, reranked }, hr10: { recalled: 0, reranked: 0 } };
  return {
    version,
    modelVersion,
    status: 'passed',
    artifactUrl: `file:///${version}`,
    createdAt: now - age,
    config: {},
    metrics: { ...metrics, clicks: 1, recalled: 1, lists: 1, candidates: 1, epochs: 1 },
  };
}

it('keeps the newest, the live one, and the best of each encoder that still is there', async () => {
  const ids = Array.from({ length: 9 }, (_, age) => newRankerId(now - (age + 1) * DAY * 2));
  const records = [
    ...[0, 1, 2].map((age) => ranker(ids[age]!, 'new', 0.1, age)),
    ranker(ids[3]!, 'new', 0.05, 3),
    ranker(ids[4]!, 'old', 0.2, 4),
    ranker(ids[5]!, 'old', 0.1, 5),
    ranker(ids[6]!, 'gone', 0.9, 6),
  ];
  const known = new Map(records.map((record) => [record.version, record]));
  const young = newRankerId(now - 1000);
  const ofAnOldJob = newRankerId(now - 30 * DAY);
  const justWritten = [young, ofAnOldJob];
  // The last two, and those just written, have no record.
  const stored = new Set([...ids, ...justWritten, 'new', 'old']);
  const removed = await pruneRankers({
    registry: {
      list: async () => [...stored].sort(),
      writtenAt: async (version) => now - (justWritten.includes(version) ? 1_000 : 2 * DAY),
      remove: async (version) => void stored.delete(version),
    },
    rankers: {
      list: async () => [...known.values()],
      save: async (record) => void known.set(record.version, record),
      remove: async (version) => void known.delete(version),
    },
    activation: { read: async () => ({ ranker: ids[3]! }) as Activation },
    now,
    version: ids[0]!,
  });
  expect(new Set(removed)).toEqual(new Set(ids.slice(5)));
  expect(stored).toEqual(new Set([...ids.slice(0, 5), ...justWritten, 'new', 'old']));
  expect(known.get(ids[5]!)?.artifactUrl).toBe('');
  expect(known.size).toBe(7);
});
