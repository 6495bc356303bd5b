/** One index: the items or the users of one model version. */
export interface Space {
  readonly version: string;
  readonly kind: 'items' | 'users';
  readonly dim: number;
  /**
   * M of the lift, with head-room over the longest vector (see `liftFor`); part of the version, never changed once vectors are in.
   * Backends that know inner products do not need it, but clamp alike.
   */
  readonly maxNorm: number;
  /** The elements are spread over so many keys, which are queried together and merged. */
  readonly shards: number;
}

export interface VectorEntry {
  readonly id: string;
  /** `dim` finite numbers. */
  readonly vector: Float32Array;
}

export interface SearchOptions {
  readonly limit: number;
  /** Scan everything; the default where the space is small. */
  readonly exact?: boolean;
  /** Candidates looked at by an approximate search (EF); default by `limit`. */
  readonly effort?: number;
}

/** `score` is the inner product of query and element. */
export interface Match {
  readonly id: string;
  readonly score: number;
}

/**
 * Nearest elements by inner product. Vectors of a wrong length, or with NaN or infinity, and a query of zeros reject with
 * `InvalidVectorError`; nothing of that call is written.
 */
export interface VectorIndex {
  readonly backend: 'vector-set' | 'query-engine' | 'exact';
  /** Adds or replaces elements. A vector longer than `maxNorm` is shortened to it, and counted. */
  upsert(space: Space, entries: readonly VectorEntry[]): Promise<{ clamped: number }>;
  /** Removes elements; unknown ids are fine. Answers how many were there. */
  remove(space: Space, ids: readonly string[]): Promise<number>;
  /** The `limit` best, score descending, equal scores by id ascending (bytes). An empty or unknown space has none. */
  search(space: Space, query: Float32Array, options: SearchOptions): Promise<Match[]>;
  /** Like {@link search}, of several queries in one round trip. */
  searchMany(space: Space, queries: readonly Float32Array[], options: SearchOptions): Promise<Match[][]>;
  /** Vectors of elements, undefined where unknown; equal to what was put in up to rounding (1e-3 of `maxNorm`) and clamping. */
  vectors(space: Space, ids: readonly string[]): Promise<(Float32Array | undefined)[]>;
  count(space: Space): Promise<number>;
  /** The ids of all elements, in slices; those that come or go meanwhile may or may not be among them. To look for what should not be there. */
  list(space: Space): AsyncIterable<string[]>;
  /** Empties the space a slice at a time, so that the server never stalls. */
  drop(space: Space): Promise<void>;
}
