import type { ColdItems, ItemDescription } from '@click-recall/encoding';
import { messageOf } from '@click-recall/runtime';
import { MappingFailedError } from './mapping-failed-error.js';

/**
 * What a version's mapping says of items, in their order; undefined for one of which it alone fails. Together first, and one by one
 * where that fails: one item that nothing can be made of must not cost the others theirs.
 *
 * @throws MappingFailedError where it fails for each of them
 */
export function vectorsOfItems(
  coldItems: Pick<ColdItems, 'vectorsOf'>,
  version: string,
  items: readonly ItemDescription[],
): (Float32Array | undefined)[] {
  let cause: unknown;
  const attempt = (some: readonly ItemDescription[]): (Float32Array | undefined)[] => {
    try {
      return coldItems.vectorsOf(some).map(finite);
    } catch (error) {
      cause = error;
      return some.map(() => undefined);
    }
  };
  const together = attempt(items);
  if (together.every(Boolean)) return together;
  const vectors = items.map((item, place) => together[place] ?? attempt([item])[0]);
  if (vectors.some(Boolean)) return vectors;
  const why = cause === undefined ? 'it gives numbers that are not finite' : messageOf(cause);
  throw new MappingFailedError(`${version} cannot make vectors of ${items.length} new items: ${why}`, { cause });
}

function finite(vector: Float32Array): Float32Array | undefined {
  return vector.every(Number.isFinite) ? vector : undefined;
}
