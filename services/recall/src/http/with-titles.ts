import type { RecommendedItem } from '@click-recall/contracts';
import type { ItemCache } from '../items/item-cache.js';

/** Adds the titles of those items that have one. */
export async function withTitles(
  cache: ItemCache,
  items: readonly RecommendedItem[],
): Promise<(RecommendedItem & { title?: string })[]> {
  const infos = await cache.get(items.map(({ itemId }) => itemId));
  return items.map((item, place) => {
    const title = infos[place]?.title;
    return title === undefined ? item : { ...item, title };
  });
}
