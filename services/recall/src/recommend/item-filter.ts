import type { DeletedItems } from '../items/watch-deleted-items.js';
import type { ItemCache } from '../items/item-cache.js';

export interface FilterRequest {
  /** Left out: what the user has seen. */
  readonly exclude: ReadonlySet<string>;
  /** Only items of this category. */
  readonly category?: string | undefined;
}

/** Keeps, in their order, the items that may be recommended: not excluded, not deleted, of the category where one is asked for. */
export type ItemFilter = <T extends { readonly itemId: string }>(
  candidates: readonly T[],
  request: FilterRequest,
) => Promise<T[]>;

export function createItemFilter(deleted: Pick<DeletedItems, 'has'>, items: ItemCache): ItemFilter {
  return async (candidates, { exclude, category }) => {
    const open = candidates.filter(({ itemId }) => !exclude.has(itemId) && !deleted.has(itemId));
    if (category === undefined) return open;
    const infos = await items.get(open.map(({ itemId }) => itemId));
    return open.filter((_, place) => infos[place]?.categories.includes(category));
  };
}
