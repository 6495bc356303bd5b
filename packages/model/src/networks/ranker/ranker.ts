import type { ItemFollowers } from '../../data/item-followers.js';

/**
 * A second stage: orders what an encoder recalled. It belongs to one encoder version, whose item indexes (from 1) and
 * item vectors it is made for.
 */
export interface Ranker {
  /** N of the encoder's vocabulary. */
  readonly itemCount: number;
  /**
   * One finite score a candidate, in their order; the larger, the better. Queries are independent: alone or among others, a
   * query has the same scores. Holds the thread; a query of 100 candidates is meant to take a millisecond.
   */
  score(queries: readonly RankQuery[]): Float32Array[];
  dispose(): void;
}

/** One user's recalled list. */
export interface RankQuery {
  /** The user's newest distinct items, oldest first; unknown ones left out; may be empty. Longer than the ranker looks back: the newest count. */
  readonly history: Int32Array;
  /** Item indexes, best recalled first; 0 is an item that the encoder has not seen (a new one), and may stand there more than once. */
  readonly candidates: Int32Array;
  /** The recalled scores, inner products of user and item vector, descending among those of one channel. */
  readonly recallScores: Float32Array;
}

/** A recalled list and what was clicked then. */
export interface RankExample extends RankQuery {
  /** Place of the click among the candidates; -1: it was not recalled, so nothing is to be learned and the metric is 0. */
  readonly target: number;
}

/** What is known of the items of the encoder that a ranker belongs to. */
export interface RankerItems {
  /** (N + 1) x D, row 0 the padding: the encoder's item vectors. Given at training and at loading, and not kept in the ranker's files. */
  readonly vectors: Float32Array;
  readonly dim: number;
  /** N + 1 counts: clicks of each item in the data trained on. Kept in the ranker's files. */
  readonly clicks: Float32Array;
  /** What is clicked with what in that data (`itemFollowers`); says much of what comes next. Kept in the ranker's files. */
  readonly followers?: ItemFollowers | undefined;
}
