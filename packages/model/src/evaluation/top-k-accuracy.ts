import { setImmediate } from 'node:timers/promises';
import { ModelInputError } from '../errors.js';
import { matMul } from '../kernels/kernels.js';
import { floats, readFloats, scope } from '../kernels/tensorflow.js';

export interface TopKAccuracyRequest {
  /** Q x D. */
  readonly queries: Float32Array;
  /** C x D: every candidate there is. */
  readonly candidates: Float32Array;
  readonly dim: number;
  /** For every query, the row of the candidate that is right; -1 for one that is not among them, a miss. */
  readonly targets: Int32Array;
}

/** Scores held at once. */
const scoresPerBlock = 2 ** 22;

/**
 * How many other candidates score at least as high as a query's target, so that ties and scores that are not numbers
 * count against the model; -1 for a target that is not among the candidates. By matrix products in blocks; yields to the
 * event loop between them.
 */
export async function rankAmongCandidates(request: TopKAccuracyRequest): Promise<Int32Array> {
  const { queries, candidates, dim, targets } = request;
  const count = candidates.length / dim;
  if (queries.length !== targets.length * dim || !Number.isInteger(count)) {
    throw new ModelInputError(
      `${targets.length} targets, ${queries.length} query and ${candidates.length} candidate values, vectors of ${dim}`,
    );
  }
  const ranks = new Int32Array(targets.length).fill(-1);
  if (count === 0) return ranks;
  const perBlock = Math.max(1, Math.floor(scoresPerBlock / count));
  const table = floats(candidates, [count, dim]);
  try {
    for (let start = 0; start < targets.length; start += perBlock) {
      const end = Math.min(targets.length, start + perBlock);
      const scores = scope(() => {
        const block = floats(queries.subarray(start * dim, end * dim), [end - start, dim]);
        return readFloats(matMul(block, table, { transposeB: true }));
      });
      for (let query = start; query < end; query++) {
        const target = targets[query]!;
        if (target >= 0) ranks[query] = rankOf(scores, (query - start) * count, count, target);
      }
      await setImmediate();
    }
  } finally {
    table.dispose();
  }
  return ranks;
}

/** Share of queries whose target is among the first k, for each k. No queries give zeros. */
export function topKAccuracy(ranks: Int32Array, ks: readonly number[]): number[] {
  return ks.map((k) => {
    const hits = ranks.reduce((sum, rank) => sum + (rank >= 0 && rank < k ? 1 : 0), 0);
    return ranks.length === 0 ? 0 : hits / ranks.length;
  });
}

function rankOf(scores: Float32Array, start: number, count: number, target: number): number {
  const own = scores[start + target]!;
  let rank = -1; // The target itself is counted too.
  for (let at = start; at < start + count; at++) if (!(scores[at]! < own)) rank += 1;
  return rank;
}
