import type { RecommendedItem } from '@click-recall/contracts';
import type { VectorIndex } from '@click-recall/vector-index';
import type { LiveModel } from '../live/live-model.js';
import type { FilterRequest, ItemFilter } from './item-filter.js';

/** Candidates asked for per item wanted, beside those that will be dropped for sure. */
const OVER_FETCH = 2;

export interface NearestRequest extends FilterRequest {
  readonly vector: Float32Array;
  readonly limit: number;
  /** More than `limit` where as many are found without looking further for them: candidates of a ranker. */
  readonly upTo?: number | undefined;
}

export type NearestItems = (live: LiveModel, request: NearestRequest) => Promise<RecommendedItem[]>;

/**
 * The items with the largest inner products that may be recommended; those that the model has not seen, and that are in its index by what
 * is known of them, say so by their channel. More candidates are asked for than items wanted; where too few
 * pass the filter, twice as many, until there are enough or no more.
 */
export function createNearestItems(
  index: Pick<VectorIndex, 'search'>,
  filter: ItemFilter,
  onSearch?: (seconds: number) => void,
): NearestItems {
  return async (live, { vector, limit, upTo = limit, exclude, category }) => {
    for (let wanted = Math.max(limit * OVER_FETCH, upTo) + exclude.size; ; wanted *= 2) {
      const started = performance.now();
      const matches = await index.search(live.spaces.items, vector, { limit: wanted });
      onSearch?.((performance.now() - started) / 1000);
      const candidates = matches.map(({ id, score }) => ({ itemId: id, score, channel: channelOf(live, id) }));
      const kept = await filter(candidates, { exclude, category });
      if (kept.length >= limit || matches.length < wanted) return kept.slice(0, Math.max(limit, upTo));
    }
  };
}

/** `new`: the model has not seen the item. */
export function channelOf({ encoder }: Pick<LiveModel, 'encoder'>, itemId: string): 'nearest' | 'new' {
  return encoder.rowOf(itemId) === undefined ? 'new' : 'nearest';
}
