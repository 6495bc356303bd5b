import type { SequenceBatch } from '../../data/sequence-batch.js';

/** Rows of the query tower's input. */
export interface QueryBatch {
  readonly users: Int32Array;
  readonly buckets: Int32Array;
  /** Normalised. */
  readonly times: Float32Array;
}

/** Rows of the candidate tower's input. */
export interface CandidateBatch {
  readonly ids: Int32Array;
  /** One list an item, with at least one token; 0 is padding and counts for nothing. */
  readonly tokens: SequenceBatch;
}

/**
 * Pairs of a query and its candidate. A candidate that several rows have stands once, which gives the same loss and
 * gradients as one column a row at a fraction of the work.
 */
export interface PairBatch {
  readonly queries: QueryBatch;
  /** Distinct. */
  readonly candidates: CandidateBatch;
  /** For every query, where its candidate is. */
  readonly positives: Int32Array;
  /** Log of the probability of drawing each candidate, subtracted from its scores; left out: nothing. */
  readonly logShares?: Float32Array | undefined;
  /** Settles what dropout drops; 0 unless set. */
  readonly seed?: number;
}

/** Rows `chosen` of queries. */
export function chosenQueries({ users, buckets, times }: QueryBatch, chosen: Int32Array): QueryBatch {
  return {
    users: Int32Array.from(chosen, (row) => users[row]!),
    buckets: Int32Array.from(chosen, (row) => buckets[row]!),
    times: Float32Array.from(chosen, (row) => times[row]!),
  };
}

/** Rows `chosen` of candidates. */
export function chosenCandidates({ ids, tokens }: CandidateBatch, chosen: Int32Array): CandidateBatch {
  const offsets = new Int32Array(chosen.length + 1);
  chosen.forEach((row, index) => {
    offsets[index + 1] = offsets[index]! + tokens.offsets[row + 1]! - tokens.offsets[row]!;
  });
  const items = new Int32Array(offsets[chosen.length]!);
  chosen.forEach((row, index) =>
    items.set(tokens.items.subarray(tokens.offsets[row], tokens.offsets[row + 1]), offsets[index]),
  );
  return { ids: Int32Array.from(chosen, (row) => ids[row]!), tokens: { items, offsets } };
}
