import type { RecommendedItem } from '@click-recall/contracts';
import type { VectorIndex } from '@click-recall/vector-index';
import type { LiveModel } from '../live/live-model.js';
import type { FilterRequest, ItemFilter } from './item-filter.js';

/** Candidates asked for per item wanted, beside those that will be dropped for sure. */
const OVER_FETCH = 2;

export interface NearestRequest extends FilterRequest {
  readonly vector: Float32Array;
  readonly limit: number;
}

export type NearestItems = (live: LiveModel, request: NearestRequest) => Promise<RecommendedItem[]>;

/**
 * The items with the largest inner products that may be recommended. More candidates are asked for than items wanted; where too few
 * pass the filter, twice as many, until there are enough or no more.
 */
export function createNearestItems(
  index: Pick<VectorIndex, 'search'>,
  filter: ItemFilter,
  onSearch?: (seconds: number) => void,
): NearestItems {
  return async (live, { vector, limit, exclude, category }) => {
    const total = live.encoder.itemIds.length;
    for (let wanted = limit * OVER_FETCH + exclude.size; ; wanted *= 2) {
      const started = performance.now();
      const matches = await index.search(live.spaces.items, vector, { limit: Math.min(wanted, total) });
      onSearch?.((performance.now() - started) / 1000);
      const candidates = matches.map(({ id, score }) => ({ itemId: id, score, channel: 'nearest' as const }));
      const kept = await filter(candidates, { exclude, category });
      if (kept.length >= limit || wanted >= total) return kept.slice(0, limit);
    }
  };
}
