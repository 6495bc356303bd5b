import { describe, expect, it, onTestFinished } from 'vitest';
import { ModelConfigError } from '../../errors.js';
import { tensorCount } from '../../kernels/tensorflow.js';
import { defaultRankerConfig, parseRankerConfig, type RankerConfig } from './config.js';
import { createRanker, type RankerModel } from './ranker-model.js';
import { circleItems, circleLists } from './test-lists.js';

function ranker(changed: Partial<RankerConfig> = {}): RankerModel {
  const created = createRanker({ ...defaultRankerConfig, ...changed }, circleItems());
  onTestFinished(() => created.dispose());
  return created;
}

function trained(): RankerModel {
  const model = ranker({ itemBuckets: 100 });
  for (let step = 0; step < 5; step++) model.trainStep(circleLists(16, step));
  return model;
}

function furthest(got: Float32Array, expected: Float32Array): number {
  return got.reduce((most, value, index) => Math.max(most, Math.abs(value - expected[index]!)), 0);
}

describe('a ranker', () => {
  it('has the recalled order while it is fresh', () => {
    const [scores] = ranker().score(circleLists(1, 1));
    expect([...scores!]).toEqual([...scores!].sort((a, b) => b - a));
    expect(new Set(scores).size).toBe(10);
  });

  it('scores a query among others, of any length, as alone', () => {
    const model = trained();
    const queries = [...circleLists(3, 1), ...circleLists(2, 2, 4), ...circleLists(1, 3, 1)];
    queries[1] = { ...queries[1]!, history: new Int32Array(0) };
    const together = model.score(queries);
    expect(together.map(({ length }) => length)).toEqual([10, 10, 10, 4, 4, 1]);
    queries.forEach((query, index) => {
      expect(furthest(together[index]!, model.score([query])[0]!)).toBeLessThan(1e-4);
    });
  });

  it('looks at the newest of a long history', () => {
    const model = ranker({ history: 3 });
    for (let step = 0; step < 5; step++) model.trainStep(circleLists(16, step));
    const [query] = circleLists(1, 9);
    const history = Int32Array.of(5, 6, 7, 8, 9);
    const [long, short] = [history, history.slice(2)].map((own) => model.score([{ ...query!, history: own }])[0]!);
    expect(long).toEqual(short);
  });

  it('scores new items and empty lists', () => {
    const model = trained();
    const [some] = circleLists(1, 1);
    const withNew = { ...some!, candidates: Int32Array.of(3, 0, 0, 7), recallScores: Float32Array.of(2, 1, 0.5, 0.2) };
    const none = { ...some!, candidates: new Int32Array(0), recallScores: new Float32Array(0) };
    const [scores, empty] = model.score([withNew, none]);
    expect([...scores!].every(Number.isFinite)).toBe(true);
    expect(empty).toEqual(new Float32Array(0));
    expect(model.score([])).toEqual([]);
  });

  it('keeps the number of tensors, and frees what it holds', () => {
    const before = tensorCount();
    const model = createRanker(defaultRankerConfig, circleItems());
    model.trainStep(circleLists(4, 1));
    model.score(circleLists(4, 1));
    const held = tensorCount();
    for (let step = 0; step < 3; step++) {
      model.trainStep(circleLists(4, step));
      model.score(circleLists(4, step));
    }
    expect(tensorCount()).toBe(held);
    model.dispose();
    expect(tensorCount()).toBe(before);
  });

  it('trains on one list of one candidate, with a loss of 0', () => {
    expect(ranker().trainStep(circleLists(1, 1, 1))).toBe(0);
  });

  it('refuses a query that does not fit, naming it', () => {
    const [query] = circleLists(1, 1);
    const scoring = (changed: object) => (): unknown => ranker().score([query!, { ...query!, ...changed }]);
    expect(scoring({ candidates: Int32Array.of(41), recallScores: new Float32Array(1) })).toThrow(
      'queries[1].candidates must have items from 0 to 40, not 41',
    );
    expect(scoring({ history: Int32Array.of(0) })).toThrow('queries[1].history must have items from 1 to 40, not 0');
    expect(scoring({ recallScores: new Float32Array(10).fill(Number.NaN) })).toThrow(
      'queries[1].recallScores must be finite, not NaN',
    );
    expect(scoring({ recallScores: new Float32Array(9) })).toThrow('10 candidates and 9 recallScores');
  });
});

describe('parseRankerConfig', () => {
  it('names the field that cannot be', () => {
    expect(() => parseRankerConfig({ dim: 30, heads: 4 })).toThrow('ranker.dim must be divisible by ranker.heads (4)');
    expect(() => parseRankerConfig({ loss: 'pairwise' })).toThrow('ranker.loss must be one of listwise, pointwise');
    expect(() => parseRankerConfig({ layers: 2 })).toThrow(ModelConfigError);
    expect(parseRankerConfig()).toEqual(defaultRankerConfig);
  });
});
