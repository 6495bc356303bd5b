import { createHash } from 'node:crypto';
import type { Item } from '@click-recall/contracts';

/** What the vector of an item that nobody has clicked is made of. */
export type ItemDescription = Pick<Item, 'itemId' | 'title' | 'categories'>;

/** Gives vectors to items that a model version has not seen, in the space of its encoder's item vectors. */
export interface ColdItems {
  /** One vector of length D an item, from its title and categories alone. */
  vectorsOf(items: readonly ItemDescription[]): Float32Array[];
}

/**
 * 16 hexadecimal digits that differ where title or categories do; undefined for an item that is deleted or has neither, of which no
 * vector can be made.
 */
export function descriptionDigest(item: Item | undefined): string | undefined {
  if (!item || item.deleted) return undefined;
  const title = item.title?.trim() ?? '';
  const categories = item.categories ?? [];
  if (title === '' && categories.length === 0) return undefined;
  return createHash('sha256')
    .update(JSON.stringify([title, categories]))
    .digest('hex')
    .slice(0, 16);
}
