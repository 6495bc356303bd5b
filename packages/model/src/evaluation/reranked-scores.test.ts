import { describe, expect, it } from 'vitest';
import { sequenceBatch } from '../data/sequence-batch.js';
import type { Ranker } from '../networks/ranker/ranker.js';
import { recalledExamples } from './recalled-examples.js';
import { rerankedScores } from './reranked-scores.js';

/** Recalls items by their index, the last first. */
const recall = {
  scores: function* scores() {
    yield Float32Array.of(0, 1, 2, 3, 4, 5);
    yield undefined;
  },
  itemCount: 5,
  candidates: 3,
};
const inputs = sequenceBatch([[4, 1, 4], []]);

/** Turns every list round. */
const turning: Ranker = {
  itemCount: 5,
  score: (queries) => queries.map(({ candidates }) => Float32Array.from(candidates, (_, place) => place - 7)),
  dispose: () => undefined,
};

describe('rerankedScores', () => {
  it('has the recalled items first, in the order of the ranker, and the others as they were', () => {
    const [scores, none] = [...rerankedScores(turning, recall)(inputs)];
    const order = [1, 2, 3, 4, 5].toSorted((a, b) => scores![b]! - scores![a]!);
    expect(order).toEqual([2, 3, 5, 4, 1]);
    expect(none).toBeUndefined();
  });
});

describe('recalledExamples', () => {
  it('are the unseen items recalled, with the place of the click', () => {
    const examples = recalledExamples({ inputs, targets: Int32Array.of(3, 1) }, recall);
    expect(examples).toEqual([
      {
        history: Int32Array.of(1, 4),
        candidates: Int32Array.of(5, 3, 2),
        recallScores: Float32Array.of(5, 3, 2),
        target: 1,
      },
    ]);
  });
});
