import type { ColdItems, ItemDescription } from '@click-recall/encoding';
import { messageOf } from '@click-recall/runtime';

/**
 * What a version's mapping says of items, in their order, or why it gives one none. Together first, and one by one where that throws: one
 * item that nothing can be made of must not cost the others theirs.
 */
export function vectorsOfItems(
  coldItems: Pick<ColdItems, 'vectorsOf'>,
  items: readonly ItemDescription[],
): (Float32Array | { readonly problem: string })[] {
  try {
    return coldItems
      .vectorsOf(items)
      .map((vector) => (vector.every(Number.isFinite) ? vector : { problem: 'it gives numbers that are not finite' }));
  } catch (error) {
    if (items.length === 1) return [{ problem: messageOf(error) }];
    return items.flatMap((item) => vectorsOfItems(coldItems, [item]));
  }
}
