import type { ColdVectorStore, ItemStore } from '@click-recall/redis';
import type { OpenVersion } from '../open-versions.js';
import { followNewItems, type FollowNewItemsDeps } from './follow-new-items.js';

export interface WriteNewItemsDeps extends FollowNewItemsDeps {
  readonly items: FollowNewItemsDeps['items'] & Pick<ItemStore, 'listIds'>;
  readonly coldVectors: FollowNewItemsDeps['coldVectors'] & Pick<ColdVectorStore, 'list' | 'count'>;
}

export interface WriteNewItemsOptions {
  readonly signal: AbortSignal;
  /** Told how many items of the store were looked at. */
  readonly onProgress?: (done: number) => Promise<void>;
  /** Takes nothing for done, whatever the hash says: the index may have lost what was in it. */
  readonly anew?: boolean;
}

/**
 * Gives a version the vectors of all new items that the store knows, and takes away those of items that are gone. What is there already is
 * left alone. Answers how many new items it has then; null where the version has no mapping for them.
 */
export async function writeNewItems(
  deps: WriteNewItemsDeps,
  version: OpenVersion,
  { signal, onProgress, anew = false }: WriteNewItemsOptions,
): Promise<{ newItems: number | null; written: number; clamped: number }> {
  let written = 0;
  let clamped = 0;
  let done = 0;
  if (!version.encoder.coldItems) return { newItems: null, written, clamped };
  const looked = new Set<string>();
  const follow = async (itemIds: readonly string[]): Promise<void> => {
    signal.throwIfAborted();
    const unseen = itemIds.filter((itemId) => version.encoder.rowOf(itemId) === undefined && !looked.has(itemId));
    const followed = await followNewItems(deps, version, unseen, anew ? 'nothing' : 'all');
    for (const itemId of unseen) looked.add(itemId);
    written += followed.written;
    clamped += followed.clamped;
    await onProgress?.((done += itemIds.length));
  };
  for await (const slice of deps.items.listIds()) await follow(slice);
  // Written before, and known no more.
  for await (const slice of deps.coldVectors.list(version.version)) await follow(slice.map(({ itemId }) => itemId));
  return { newItems: await deps.coldVectors.count(version.version), written, clamped };
}
