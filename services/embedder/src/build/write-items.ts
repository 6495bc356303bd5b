import type { VectorIndex } from '@click-recall/vector-index';
import type { OpenVersion } from '../open-versions.js';
import { rowsOf } from './choose-lift.js';

const SLICE = 2_000;

export interface WriteItemsOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => Promise<void>;
}

/**
 * Writes the vector of every item of the version into its index, unless all are there: the vectors of a version never change, so
 * a count is enough to know. Answers how many items there are and how many vectors were shortened.
 */
export async function writeItems(
  index: Pick<VectorIndex, 'count' | 'upsert'>,
  { encoder, spaces }: OpenVersion,
  { signal, onProgress }: WriteItemsOptions,
): Promise<{ items: number; written: number; clamped: number }> {
  const { itemIds } = encoder;
  const items = itemIds.length;
  if ((await index.count(spaces.items)) === items) return { items, written: 0, clamped: 0 };
  const rows = rowsOf(encoder.itemVectors(), encoder.dim);
  let clamped = 0;
  for (let start = 0; start < items; start += SLICE) {
    signal.throwIfAborted();
    const slice = rows.slice(start, start + SLICE).map((vector, place) => ({ id: itemIds[start + place]!, vector }));
    clamped += (await index.upsert(spaces.items, slice)).clamped;
    await onProgress(Math.min(start + SLICE, items), items);
  }
  return { items, written: items, clamped };
}
