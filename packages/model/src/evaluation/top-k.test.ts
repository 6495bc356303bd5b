import { describe, expect, it } from 'vitest';
import { sequenceBatch } from '../data/sequence-batch.js';
import { ModelInputError } from '../errors.js';
import { tensorCount } from '../kernels/tensorflow.js';
import { createRandom } from '../random/random.js';
import { topK } from './top-k.js';

const candidates = Float32Array.of(1, 0, 0, 1, 1, 1, 1, 1, -1, -1);
const queries = Float32Array.of(1, 2, -1, 0);

describe('topK', () => {
  it('finds the largest inner products, equals by row', async () => {
    const { rows, scores } = await topK({ queries, candidates, dim: 2, k: 3 });
    expect([...rows]).toEqual([2, 3, 1, 4, 1, 0]);
    expect([...scores]).toEqual([3, 3, 2, 1, 0, -1]);
  });

  it('leaves out excluded rows for their query and ineligible ones for all', async () => {
    const exclude = sequenceBatch([[2, 99, -1], []]);
    const { rows } = await topK({ queries, candidates, dim: 2, k: 2, exclude, eligible: Uint8Array.of(1, 1, 1, 1, 0) });
    expect([...rows]).toEqual([3, 1, 1, 0]);
  });

  it('fills up with -1 where there are no more', async () => {
    const { rows, scores } = await topK({ queries, candidates: Float32Array.of(1, 1), dim: 2, k: 2 });
    expect([...rows]).toEqual([0, -1, 0, -1]);
    expect([...scores]).toEqual([3, -Infinity, -1, -Infinity]);
  });

  it('agrees with sorting everything, over many blocks', async () => {
    const random = createRandom(3);
    const [dim, k, count] = [4, 10, 30_000];
    const many = Float32Array.from({ length: count * dim }, () => random.normal());
    const some = Float32Array.from({ length: 300 * dim }, () => random.normal());
    const before = tensorCount();
    const { rows, scores } = await topK({ queries: some, candidates: many, dim, k });
    expect(tensorCount()).toBe(before);
    for (const query of [0, 150, 299]) {
      const all = Array.from({ length: count }, (_, row) => {
        let sum = 0;
        for (let at = 0; at < dim; at++) sum += some[query * dim + at]! * many[row * dim + at]!;
        return sum;
      });
      const best = all.map((_, row) => row).sort((a, b) => all[b]! - all[a]!);
      expect([...rows.subarray(query * k, (query + 1) * k)]).toEqual(best.slice(0, k));
      expect(scores[query * k]).toBeCloseTo(all[best[0]!]!, 4);
    }
  });

  it('has nothing of no queries', async () => {
    expect((await topK({ queries: new Float32Array(0), candidates, dim: 2, k: 3 })).rows).toHaveLength(0);
  });

  it.each([
    { k: 0 },
    { dim: 0 },
    { queries: Float32Array.of(1) },
    { candidates: Float32Array.of(1) },
    { exclude: sequenceBatch([[1]]) },
    { eligible: Uint8Array.of(1) },
  ])('refuses %j', async (wrong) => {
    await expect(topK({ queries, candidates, dim: 2, k: 1, ...wrong })).rejects.toThrow(ModelInputError);
  });
});
