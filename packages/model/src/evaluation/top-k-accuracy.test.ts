import { describe, expect, it } from 'vitest';
import { rankAmongCandidates, topKAccuracy } from './top-k-accuracy.js';

describe('top-k accuracy', () => {
  it('ranks the target among all candidates, ties and what is not a number against it', async () => {
    const ranks = await rankAmongCandidates({
      queries: Float32Array.of(1, 1, 1, 1, 1),
      candidates: Float32Array.of(3, 1, 3, 2, Number.NaN),
      dim: 1,
      targets: Int32Array.of(0, 3, 1, 4, -1),
    });
    expect([...ranks]).toEqual([2, 3, 4, 4, -1]);
    expect(topKAccuracy(ranks, [1, 3, 5])).toEqual([0, 1 / 5, 4 / 5]);
  });

  it('is the same in blocks', async () => {
    const queries = Float32Array.from({ length: 5000 }, (_, at) => Math.sin(at));
    const candidates = Float32Array.from({ length: 3000 }, (_, at) => Math.cos(3 * at));
    const targets = Int32Array.from(queries, (_, at) => at % 3000);
    const together = await rankAmongCandidates({ queries, candidates, dim: 1, targets });
    const alone = await rankAmongCandidates({
      queries: queries.subarray(4321, 4322),
      candidates,
      dim: 1,
      targets: targets.subarray(4321, 4322),
    });
    expect(together[4321]).toBe(alone[0]);
  });

  it('has zeros where there is nothing to rank', async () => {
    const none = new Float32Array(0);
    const ranks = await rankAmongCandidates({ queries: none, candidates: none, dim: 2, targets: new Int32Array(0) });
    expect(topKAccuracy(ranks, [1, 100])).toEqual([0, 0]);
  });

  it('refuses targets that do not fit the queries', async () => {
    const request = {
      queries: new Float32Array(4),
      candidates: new Float32Array(4),
      dim: 2,
      targets: Int32Array.of(0),
    };
    await expect(rankAmongCandidates(request)).rejects.toThrow(/1 targets, 4 query/);
  });
});
