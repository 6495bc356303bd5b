import type { SequenceBatch } from '../data/sequence-batch.js';

export interface TopKRequest {
  /** Q x D. */
  readonly queries: Float32Array;
  /** C x D. */
  readonly candidates: Float32Array;
  readonly dim: number;
  readonly k: number;
  /** Candidate rows left out, one list a query. */
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

/** The exact k largest inner products of every query, by matrix products in blocks. */
export async function topK(_request: TopKRequest): Promise<TopK> {
  throw new Error('not written yet');
}
