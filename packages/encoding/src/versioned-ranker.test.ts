import type { Ranker, RankQuery } from '@click-recall/model';
import { describe, expect, it } from 'vitest';
import { readStage, STAGE_FILE, writeStage } from './ranker-stage.js';
import { testModelFiles } from './test-model.js';
import { createVersionedEncoder } from './versioned-encoder.js';
import { createVersionedRanker } from './versioned-ranker.js';

const STAGE = { modelVersion: 'v1', candidates: 4, history: 2 };
const FILES = new Map([[STAGE_FILE, writeStage(STAGE)]]);

/** Scores by `score`; notes what it was asked. */
function open(score: (query: RankQuery) => number[], files = FILES, encoderVersion = 'v1') {
  const encoder = createVersionedEncoder(encoderVersion, testModelFiles(['a', 'b', 'c']));
  const runs: RankQuery[][] = [];
  let given: { vectors: Float32Array; dim: number } | undefined;
  const fake: Ranker = {
    itemCount: 3,
    score: (queries) => (runs.push([...queries]), queries.map((query) => Float32Array.from(score(query)))),
    dispose: () => undefined,
  };
  const ranker = createVersionedRanker('ranker-1', files, encoder, (_files, vectors, dim) => {
    given = { vectors, dim };
    return fake;
  });
  return { ranker, runs, encoder, given: () => given! };
}

describe('a ranker version', () => {
  it('is asked by item indexes: the newest known history oldest first, unknown candidates as 0', async () => {
    const { ranker, runs } = open(({ candidates }) => Array.from(candidates, Number));
    const candidates = [
      { itemId: 'c', score: 3 },
      { itemId: 'new', score: 2 },
      { itemId: 'a', score: 1 },
    ];
    const [scores] = await ranker.rank([{ seen: ['unknown', 'b', 'a', 'c'], candidates }]);
    expect(Array.from(scores!)).toEqual([3, 0, 1]);
    expect(runs).toEqual([
      [
        {
          history: Int32Array.of(1, 2),
          candidates: Int32Array.of(3, 0, 1),
          recallScores: Float32Array.of(3, 2, 1),
        },
      ],
    ]);
  });

  it('is given the item vectors of its encoder, with the padding row', () => {
    const { given, encoder } = open(() => []);
    expect(given().dim).toBe(encoder.dim);
    expect(Array.from(given().vectors.subarray(0, encoder.dim))).toEqual(Array(encoder.dim).fill(0));
    expect(given().vectors.subarray(encoder.dim)).toEqual(encoder.itemVectors());
  });

  it('answers callers of one moment in one run', async () => {
    const { ranker, runs } = open(() => []);
    const list = { seen: ['a'], candidates: [] };
    await Promise.all([ranker.rank([list]), ranker.rank([list, list])]);
    expect(runs.map(({ length }) => length)).toEqual([3]);
  });

  it('rejects where it has no number for a candidate', async () => {
    const { ranker } = open(() => [1, NaN]);
    const candidates = ['a', 'b'].map((itemId) => ({ itemId, score: 1 }));
    await expect(ranker.rank([{ seen: [], candidates }])).rejects.toThrow('ranker-1 gives no number');
  });

  it('refuses the encoder that it does not belong to, and files that do not say which it does', () => {
    expect(() => open(() => [], FILES, 'v2')).toThrow('belongs to v1, not to v2');
    expect(() => open(() => [], new Map())).toThrow('stage.json: is missing');
    expect(() => readStage(new TextEncoder().encode('{"modelVersion":"v1","candidates":0}'))).toThrow('stage.json');
  });
});
