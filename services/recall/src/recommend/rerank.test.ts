import type { RankList, VersionedRanker } from '@click-recall/encoding';
import type { RecommendedItem } from '@click-recall/contracts';
import { describe, expect, it } from 'vitest';
import { createRerank } from './rerank.js';

const recalled: RecommendedItem[] = ['a', 'b', 'c'].map((itemId, place) => ({
  itemId,
  score: 3 - place,
  channel: 'nearest',
}));

function rankerOf(score: (list: RankList) => number[]): VersionedRanker {
  return {
    version: 'r',
    modelVersion: 'v',
    candidates: 3,
    history: 2,
    rank: async (lists) => lists.map((list) => Float32Array.from(score(list))),
    dispose: () => undefined,
  };
}

function setup() {
  const failures: unknown[] = [];
  return { rerank: createRerank((failure) => failures.push(failure)), failures };
}

const lists = [{ items: recalled, seen: ['x'] }];

describe('re-ranking', () => {
  it('orders by the ranker, keeps both scores, and cuts', async () => {
    const { rerank } = setup();
    const { items, rankerVersion } = await rerank(
      rankerOf(() => [1, 2, 4]),
      lists,
      2,
    );
    expect(rankerVersion).toBe('r');
    expect(items).toEqual([
      [
        { itemId: 'c', score: 1, channel: 'nearest', rankScore: 4 },
        { itemId: 'b', score: 2, channel: 'nearest', rankScore: 2 },
      ],
    ]);
  });

  it('leaves the recalled order where scores are the same', async () => {
    const { rerank } = setup();
    const { items } = await rerank(
      rankerOf(() => [1, 1, 1]),
      lists,
      10,
    );
    expect(items[0]?.map(({ itemId }) => itemId)).toEqual(['a', 'b', 'c']);
  });

  it('leaves lists as recalled without a ranker', async () => {
    const { rerank } = setup();
    expect(await rerank(undefined, lists, 2)).toEqual({ items: [recalled.slice(0, 2)], rankerVersion: null });
  });

  it('leaves lists as recalled where the ranker fails, and tells of it', async () => {
    const { rerank, failures } = setup();
    const broken = rankerOf(() => {
      throw new Error('no number');
    });
    expect(await rerank(broken, lists, 2)).toEqual({ items: [recalled.slice(0, 2)], rankerVersion: null });
    expect(failures).toEqual([{ version: 'r', error: new Error('no number'), isFirst: true }]);
  });

  it('tells the first failure of a ranker from those of every request after it', async () => {
    const { rerank, failures } = setup();
    const broken = rankerOf(() => {
      throw new Error('no number');
    });
    await rerank(broken, lists, 2);
    await rerank(broken, lists, 2);
    await rerank({ ...broken, version: 'another' }, lists, 2);
    expect(failures).toMatchObject([
      { version: 'r', isFirst: true },
      { version: 'r', isFirst: false },
      { version: 'another', isFirst: true },
    ]);
  });
});
