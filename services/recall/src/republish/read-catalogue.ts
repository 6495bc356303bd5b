import type { ColdItemVector, ColdVectorStore } from '@click-recall/redis';
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
  const rows = new Map<string, number>();
  let vectors = new Float32Array(0);
  const append = (entries: readonly ColdItemVector[]): void => {
    const needed = (rows.size + entries.length) * encoder.dim;
    if (needed > vectors.length) {
      const grown = new Float32Array(Math.max(needed, 2 * vectors.length));
      grown.set(vectors);
      vectors = grown;
    }
    for (const { itemId, vector } of entries) {
      vectors.set(vector, rows.size * encoder.dim);
      rows.set(itemId, rows.size);
    }
  };
  for await (const slice of coldVectors.list(version)) append(slice);
  const gone = [...new Set(deleted)].filter((itemId) => encoder.rowOf(itemId) === undefined && !rows.has(itemId));
  const former = await coldVectors.former(version, gone);
  append(
    gone.flatMap((itemId, place) => {
      const vector = former[place];
      return vector ? [{ itemId, vector }] : [];
    }),
  );
  if (rows.size === 0) return [seen];
  return [
    seen,
    {
      channel: 'new',
      itemIds: [...rows.keys()],
      vectors: vectors.subarray(0, rows.size * encoder.dim),
      rowOf: (itemId) => rows.get(itemId),
    },
  ];
}
