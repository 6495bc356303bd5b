import type { RecommendedItem } from '@click-recall/contracts';
import type { PopularItems } from '../items/popular-items.js';
import type { FilterRequest, ItemFilter } from './item-filter.js';

export interface FillRequest extends FilterRequest {
  readonly limit: number;
}

/** Adds popular items, which say so by their channel, behind those there are until there are `limit`. */
export type FillWithPopular = (found: readonly RecommendedItem[], request: FillRequest) => Promise<RecommendedItem[]>;

export function createFillWithPopular(popular: Pick<PopularItems, 'list'>, filter: ItemFilter): FillWithPopular {
  return async (found, { limit, exclude, category }) => {
    if (found.length >= limit) return [...found];
    const taken = new Set(found.map(({ itemId }) => itemId));
    const others = popular.list().filter(({ itemId }) => !taken.has(itemId));
    const allowed = await filter(others, { exclude, category });
    const added = allowed
      .slice(0, limit - found.length)
      .map(({ itemId, users }) => ({ itemId, score: users, channel: 'popular' as const }));
    return [...found, ...added];
  };
}
