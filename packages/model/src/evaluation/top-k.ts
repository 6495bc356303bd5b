import { setImmediate } from 'node:timers/promises';
import { sequenceAt, sequenceCount, type SequenceBatch } from '../data/sequence-batch.js';
import { ModelInputError } from '../errors.js';
import { matMul } from '../kernels/kernels.js';
import { floats, readFloats, scope } from '../kernels/tensorflow.js';
import { createBestRows } from './best-rows.js';

export interface TopKRequest {
  /** Q x D. */
  readonly queries: Float32Array;
  /** C x D. */
  readonly candidates: Float32Array;
  readonly dim: number;
  readonly k: number;
  /** Candidate rows left out, one list a query; rows there are not are ignored. */
  readonly exclude?: SequenceBatch;
  /** C flags, 0 leaves the row out for every query (the padding row of item vectors, deleted items). */
  readonly eligible?: Uint8Array;
}

export interface TopK {
  /** Q x k candidate rows, best first (equal scores: the lower row first); -1 where there are no more. */
  readonly rows: Int32Array;
  /** Q x k inner products; -Infinity where there are no more. */
  readonly scores: Float32Array;
}

/** Scores held at once. */
const scoresPerBlock = 2 ** 22;

/** The exact k largest inner products of every query, by matrix products in blocks; yields to the event loop between them. */
export async function topK(request: TopKRequest): Promise<TopK> {
  const { queries, candidates, dim, k, exclude, eligible } = request;
  const queryCount = queries.length / dim;
  const candidateCount = candidates.length / dim;
  check(request, queryCount, candidateCount);
  const rows = new Int32Array(queryCount * k).fill(-1);
  const scores = new Float32Array(queryCount * k).fill(-Infinity);
  if (queryCount === 0 || candidateCount === 0) return { rows, scores };
  const bestRows = createBestRows(candidateCount, k, eligible);
  const table = floats(candidates, [candidateCount, dim]);
  const perBlock = Math.max(1, Math.floor(scoresPerBlock / candidateCount));
  try {
    for (let start = 0; start < queryCount; start += perBlock) {
      const end = Math.min(queryCount, start + perBlock);
      const block = floats(queries.subarray(start * dim, end * dim), [end - start, dim]);
      const products = scope(() => readFloats(matMul(block, table, { transposeB: true })));
      block.dispose();
      for (let query = start; query < end; query++) {
        const own = products.subarray((query - start) * candidateCount, (query - start + 1) * candidateCount);
        const best = bestRows(own, exclude === undefined ? undefined : sequenceAt(exclude, query));
        rows.set(best, query * k);
        best.forEach((row, rank) => (scores[query * k + rank] = own[row]!));
      }
      await setImmediate();
    }
  } finally {
    table.dispose();
  }
  return { rows, scores };
}

function check({ dim, k, exclude, eligible }: TopKRequest, queryCount: number, candidateCount: number): void {
  if (!Number.isInteger(dim) || dim < 1) throw new ModelInputError(`dim must be at least 1, not ${dim}`);
  if (!Number.isInteger(k) || k < 1) throw new ModelInputError(`k must be at least 1, not ${k}`);
  if (!Number.isInteger(queryCount)) throw new ModelInputError(`queries do not divide into vectors of ${dim}`);
  if (!Number.isInteger(candidateCount)) throw new ModelInputError(`candidates do not divide into vectors of ${dim}`);
  if (exclude !== undefined && sequenceCount(exclude) !== queryCount) {
    throw new ModelInputError(`${sequenceCount(exclude)} exclusion lists for ${queryCount} queries`);
  }
  if (eligible !== undefined && eligible.length !== candidateCount) {
    throw new ModelInputError(`${eligible.length} eligible flags for ${candidateCount} candidates`);
  }
}
