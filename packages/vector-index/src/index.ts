import type { RedisConnection } from '@click-recall/redis';
import type { Space, VectorIndex } from './vector-index.js';
export type { Match, SearchOptions, Space, VectorEntry, VectorIndex } from './vector-index.js';

export class InvalidVectorError extends Error {
  override readonly name = 'InvalidVectorError';
  readonly retriable = false;
}
export function createVectorSetIndex(_redis: RedisConnection, _options: { readonly namespace: string }): VectorIndex {
  throw new Error('not built yet');
}
export function createQueryEngineIndex(_redis: RedisConnection, _options: { readonly namespace: string }): VectorIndex {
  throw new Error('not built yet');
}
export function createExactIndex(): VectorIndex {
  throw new Error('not built yet');
}
/** Asks the server: vector sets where it has them, else the query engine; rejects with a clear message where it has neither. */
export function chooseIndex(_redis: RedisConnection, _options: { readonly namespace: string }): Promise<VectorIndex> {
  throw new Error('not built yet');
}
/** Mean share of the exact nearest `k` that the index finds by its own (approximate) search, 0..1. */
export function recallAgainstExact(
  _index: VectorIndex,
  _space: Space,
  _queries: readonly Float32Array[],
  _k: number,
): Promise<number> {
  throw new Error('not built yet');
}
/** M for vectors like these: the longest one's length with head-room for items to come. */
export function liftFor(_vectors: readonly Float32Array[], _headRoom?: number): number {
  throw new Error('not built yet');
}
