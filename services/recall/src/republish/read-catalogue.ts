import type { ColdVectorStore } from '@click-recall/redis';
import type { LiveModel } from '../live/live-model.js';

/** Items with a vector each, to be scored. */
export interface Candidates {
  readonly channel: 'nearest' | 'new';
  readonly itemIds: readonly string[];
  /** Items x D. */
  readonly vectors: Float32Array;
  readonly rowOf: (itemId: string) => number | undefined;
}

/**
 * What the live index holds, in memory: the model's items, and those that it has not seen. Of the new ones also those among `deleted`, which
 * are gone from the index already: somebody's list may still hold them.
 */
export async function readCatalogue(
  coldVectors: Pick<ColdVectorStore, 'list' | 'former'>,
  { version, encoder, itemVectors, hasMapping }: LiveModel,
  deleted: readonly string[] = [],
): Promise<Candidates[]> {
  const { itemIds } = encoder;
  const seen: Candidates = {
    channel: 'nearest',
    itemIds,
    vectors: itemVectors,
    rowOf: (itemId) => encoder.rowOf(itemId),
  };
  if (!hasMapping) return [seen];
  const unseen = new Map<string, Float32Array>();
  for await (const slice of coldVectors.list(version)) {
    for (const { itemId, vector } of slice) unseen.set(itemId, vector);
  }
  const gone = deleted.filter((itemId) => encoder.rowOf(itemId) === undefined && !unseen.has(itemId));
  const former = await coldVectors.former(version, gone);
  gone.forEach((itemId, place) => {
    const vector = former[place];
    if (vector) unseen.set(itemId, vector);
  });
  if (unseen.size === 0) return [seen];
  const vectors = new Float32Array(unseen.size * encoder.dim);
  [...unseen.values()].forEach((vector, row) => vectors.set(vector, row * encoder.dim));
  const rows = new Map([...unseen.keys()].map((itemId, row) => [itemId, row]));
  return [seen, { channel: 'new', itemIds: [...rows.keys()], vectors, rowOf: (itemId) => rows.get(itemId) }];
}
