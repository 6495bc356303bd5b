import { describe, expect, it, onTestFinished } from 'vitest';
import { documentModelConfig } from '../config.js';
import { sequenceBatch } from '../data/sequence-batch.js';
import { ModelInputError } from '../errors.js';
import { tensorCount } from '../kernels/tensorflow.js';
import { createSequenceEncoder } from '../networks/sequence-encoder/sequence-encoder.js';
import { itemPopularity } from './click-counts.js';
import { evaluateRanking, rankQueries } from './evaluate-ranking.js';
import { evaluateFullRanking } from './evaluate-full-ranking.js';
import { itemKnnScores } from './item-knn.js';
import { encoderScores, markovScores, popularityScores, recentPopularityScores, type Scores } from './scores.js';

/** The same scores of items 1 to 6 for every query; a query without items has none. */
const falling: Scores = function* scores({ offsets }) {
  for (let query = 1; query < offsets.length; query++) {
    yield offsets[query] === offsets[query - 1] ? undefined : [99, 6, 5, 4, 3, 2, 1];
  }
};
const clicks = Float64Array.of(0, 10, 10, 5, 3, 1, 0);

describe('evaluateRanking', () => {
  const request = { scores: falling, clicks, inputs: sequenceBatch([[1], [1, 2], [4], []]), cutoffs: [1, 2, 4] };
  const targets = Int32Array.of(2, 6, 3, 1); // ranks 0, 3, 2 and none

  it('gives every figure at every length of lists', async () => {
    const { count, mrr, at } = await evaluateRanking({ ...request, targets });
    expect(count).toBe(4);
    expect(mrr).toBeCloseTo((1 + 1 / 4 + 1 / 3) / 4, 12);
    expect(at.map(({ k }) => k)).toEqual([1, 2, 4]);
    expect(at.map(({ hr }) => hr)).toEqual([0.25, 0.25, 0.75]);
    expect(at.map(({ recall }) => recall)).toEqual([0.25, 0.25, 0.75]);
    expect(at[1]!.ndcg).toBeCloseTo(1 / 4, 12);
    expect(at[2]!.ndcg).toBeCloseTo((1 + 1 / Math.log2(5) + 1 / Math.log2(4)) / 4, 12);
    expect(at[1]!.mrr).toBeCloseTo(1 / 4, 12);
    expect(at[2]!.mrr).toBeCloseTo((1 + 1 / 4 + 1 / 3) / 4, 12);
  });

  it('says how much of the catalogue is listed, and how popular it is', async () => {
    const { at } = await evaluateRanking({ ...request, targets });
    // Lists of 1: items 2, 3 and 1; of 2: 2 3, 3 4 and 1 2; nothing for the query without scores.
    expect(at.map(({ coverage }) => coverage)).toEqual([3 / 6, 4 / 6, 1]);
    // Of 5 others: items 1 and 2 are clicked more than 4 and as much as 1, 3 more than 3, 4 more than 2.
    expect(at[0]!.popularity).toBeCloseTo((0.9 + 0.6 + 0.9) / 3, 12);
    expect(at[1]!.popularity).toBeCloseTo((0.9 + 0.6 + 0.6 + 0.4 + 0.9 + 0.9) / 6, 12);
  });

  it('lists a target that was seen before, but no other seen item', async () => {
    const seen = { ...request, inputs: sequenceBatch([[1, 2, 3]]), targets: Int32Array.of(2), cutoffs: [1] };
    const { at } = await evaluateRanking(seen);
    expect(at[0]).toMatchObject({ hr: 1, coverage: 1 / 6 });
  });

  it('is zeros of no queries', async () => {
    const none = await evaluateRanking({ ...request, inputs: sequenceBatch([]), targets: new Int32Array(0) });
    expect(none).toMatchObject({ count: 0, mrr: 0 });
    expect(none.at[0]).toEqual({ k: 1, hr: 0, ndcg: 0, mrr: 0, recall: 0, coverage: 0, popularity: 0 });
  });

  it('refuses targets or exclusions of another number', async () => {
    await expect(evaluateRanking({ ...request, targets: Int32Array.of(1) })).rejects.toThrow(ModelInputError);
    await expect(evaluateRanking({ ...request, targets, exclude: sequenceBatch([[1]]) })).rejects.toThrow(
      '4 inputs, 4 targets, 1 exclusions',
    );
  });

  it('agrees with the ranking of an encoder, and keeps no tensors', async () => {
    const encoder = createSequenceEncoder({ ...documentModelConfig.encoder, dim: 8 }, 6, 1);
    onTestFinished(() => encoder.dispose());
    const { hr, ndcg } = await evaluateFullRanking({ encoder, inputs: request.inputs, targets, k: 2 });
    const before = tensorCount();
    const { at } = await evaluateRanking({ ...request, scores: encoderScores(encoder), targets });
    expect(at[1]).toMatchObject({ hr, ndcg });
    expect(tensorCount()).toBe(before);
  });

  it('frees what it holds when it ends before the last query', async () => {
    const encoder = createSequenceEncoder({ ...documentModelConfig.encoder, dim: 8 }, 6, 1);
    encoder.encode(request.inputs);
    onTestFinished(() => encoder.dispose());
    const before = tensorCount();
    const failing = rankQueries({ scores: encoderScores(encoder), inputs: request.inputs, targets }, 6, () => {
      throw new Error('enough');
    });
    await expect(failing).rejects.toThrow('enough');
    expect(tensorCount()).toBe(before);
  });
});

describe('scores of baselines', () => {
  const train = sequenceBatch([
    [1, 2, 3],
    [1, 2, 4],
    [2, 3],
    [5, 4, 3],
  ]);
  const first = (scores: Scores, input: number[]): number[] => {
    for (const own of scores(sequenceBatch([input]))) return Array.from(own ?? []);
    return [];
  };

  it('are clicks', () => {
    expect(first(popularityScores(train, 5), [1])).toEqual([0, 2, 3, 3, 2, 1]);
  });

  it('are clicks of the last days, equals by all clicks', () => {
    const day = 24 * 60 * 60 * 1000;
    const times = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((age) => age * day);
    const scores = first(recentPopularityScores({ train, itemCount: 5, times, days: 3 }), [1]);
    expect(scores.map(Math.floor)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(scores[2]).toBeGreaterThan(scores[1]!);
    expect(() => recentPopularityScores({ train, itemCount: 5, times: [1], days: 3 })).toThrow(ModelInputError);
  });

  it('are what followed the last item', () => {
    const scores = first(markovScores(train, 5), [5, 2]);
    expect(scores.map(Math.floor)).toEqual([0, 0, 0, 2, 1, 0]);
  });

  it('are cosines over users with the items of the query', () => {
    const scores = first(itemKnnScores({ train, itemCount: 5 }), [1, 5]);
    const near = (expected: number): unknown => expect.closeTo(expected, 6);
    // Users of 1: two; of 2: three; of 3: three; of 4: two; of 5: one.
    expect(scores).toEqual([
      0,
      near(0),
      near(2 / Math.sqrt(6)),
      near(1 / Math.sqrt(6) + 1 / Math.sqrt(3)),
      near(1 / 2 + 1 / Math.sqrt(2)),
      near(0),
    ]);
    expect(scores[1]).toBeGreaterThan(scores[5]!);
  });

  it('are of the most similar items only, and shrink where few clicked', () => {
    const nearest = first(itemKnnScores({ train, itemCount: 5, neighbours: 1 }), [1]);
    expect(nearest.map((score) => Number(score.toFixed(3)))).toEqual([0, 0, 0.816, 0, 0, 0]);
    const shrunk = first(itemKnnScores({ train, itemCount: 5, shrinkage: 2 }), [1]);
    expect(shrunk[2]).toBeCloseTo(2 / (Math.sqrt(6) + 2), 6);
  });

  it('count a user who clicked an item twice once', () => {
    const repeated = sequenceBatch([
      [1, 2, 1, 2],
      [2, 3],
    ]);
    expect(first(itemKnnScores({ train: repeated, itemCount: 3 }), [1])[2]).toBeCloseTo(1 / Math.sqrt(2), 6);
  });

  it('know clicks by item', () => {
    expect([...itemPopularity(train, 6)]).toEqual([0, 2, 3, 3, 2, 1, 0]);
  });
});
