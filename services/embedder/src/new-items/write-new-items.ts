import type { ColdVectorStore, ItemStore } from '@click-recall/redis';
import type { VectorIndex } from '@click-recall/vector-index';
import type { OpenVersion } from '../open-versions.js';
import { followNewItems, type FollowedItems, type FollowNewItemsDeps, type TrustInHash } from './follow-new-items.js';

export interface WriteNewItemsDeps extends FollowNewItemsDeps {
  readonly items: FollowNewItemsDeps['items'] & Pick<ItemStore, 'listIds'>;
  readonly coldVectors: FollowNewItemsDeps['coldVectors'] & Pick<ColdVectorStore, 'list' | 'count'>;
  readonly index: FollowNewItemsDeps['index'] & Pick<VectorIndex, 'vectors'>;
}

export interface WriteNewItemsOptions {
  readonly signal: AbortSignal;
  /** Told how many items of the store were looked at. */
  readonly onProgress?: (done: number) => Promise<void>;
}

/**
 * Gives a version the vectors of all new items that the store knows, and takes away those of items that are gone. What is there already is
 * left alone, and that is asked of the index itself: it may have lost what the hash names (deleted by hand, or a server that came back
 * with older data). Answers how many new items it has then, and for how many the mapping fails; null where the version has no mapping, or
 * one that fails and there is no item that it has worked for.
 */
export async function writeNewItems(
  deps: WriteNewItemsDeps,
  version: OpenVersion,
  { signal, onProgress }: WriteNewItemsOptions,
): Promise<{ newItems: number | null } & Omit<FollowedItems, 'removed'>> {
  const total: Omit<FollowedItems, 'removed'> = { written: 0, clamped: 0, failed: 0 };
  let done = 0;
  if (!version.encoder.coldItems) return { newItems: null, ...total };
  const looked = new Set<string>();
  const followAs = async (trust: TrustInHash, itemIds: readonly string[]): Promise<void> => {
    const { written, clamped, failed, problem } = await followNewItems(deps, version, itemIds, trust);
    total.written += written;
    total.clamped += clamped;
    total.failed += failed;
    if (problem !== undefined) total.problem = problem;
  };
  const follow = async (itemIds: readonly string[]): Promise<void> => {
    signal.throwIfAborted();
    const unseen = itemIds.filter((itemId) => version.encoder.rowOf(itemId) === undefined && !looked.has(itemId));
    const indexed = unseen.length > 0 ? await deps.index.vectors(version.spaces.items, unseen) : [];
    await followAs(
      'all',
      unseen.filter((_, place) => indexed[place]),
    );
    await followAs(
      'nothing',
      unseen.filter((_, place) => !indexed[place]),
    );
    for (const itemId of unseen) looked.add(itemId);
    await onProgress?.((done += itemIds.length));
  };
  for await (const slice of deps.items.listIds()) await follow(slice);
  // Written before, and known no more.
  for await (const slice of deps.coldVectors.list(version.version)) await follow(slice.map(({ itemId }) => itemId));
  const newItems = await deps.coldVectors.count(version.version);
  return { newItems: newItems === 0 && total.failed > 0 ? null : newItems, ...total };
}
