import type { VectorEntry, VectorIndex } from '@click-recall/vector-index';
import type { OpenVersion } from '../open-versions.js';
import { rowsOf } from './choose-lift.js';

const SLICE = 2_000;

export interface WriteItemsOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => Promise<void>;
}

/**
 * Writes the vectors of the version's items that its index does not have: they never change. Where nothing but them can be in the index a count
 * is enough to know that all are there; where new items may be as well, each is asked for. Answers how many items there are and how many
 * vectors were written, and shortened.
 */
export async function writeItems(
  index: Pick<VectorIndex, 'count' | 'upsert' | 'vectors'>,
  { encoder, spaces }: OpenVersion,
  { signal, onProgress }: WriteItemsOptions,
): Promise<{ items: number; written: number; clamped: number }> {
  const { itemIds } = encoder;
  const items = itemIds.length;
  const found = await index.count(spaces.items);
  if (found === items && !encoder.coldItems) return { items, written: 0, clamped: 0 };
  const rows = rowsOf(encoder.itemVectors(), encoder.dim);
  let written = 0;
  let clamped = 0;
  for (let start = 0; start < items; start += SLICE) {
    signal.throwIfAborted();
    const slice = rows.slice(start, start + SLICE).map((vector, place) => ({ id: itemIds[start + place]!, vector }));
    // With fewer than there are items some are missing for sure, most often all.
    const missing = found < items ? slice : await missingIn(index, spaces, slice);
    if (missing.length > 0) clamped += (await index.upsert(spaces.items, missing)).clamped;
    written += missing.length;
    await onProgress(Math.min(start + SLICE, items), items);
  }
  return { items, written, clamped };
}

async function missingIn(
  index: Pick<VectorIndex, 'vectors'>,
  { items }: OpenVersion['spaces'],
  entries: readonly VectorEntry[],
): Promise<VectorEntry[]> {
  const there = await index.vectors(
    items,
    entries.map(({ id }) => id),
  );
  return entries.filter((_, place) => there[place] === undefined);
}
