import { setImmediate as turn } from 'node:timers/promises';
import { descriptionDigest, type ColdItems } from '@click-recall/encoding';
import type { ColdVectorStore, ItemStore } from '@click-recall/redis';
import { clamp, type VectorIndex } from '@click-recall/vector-index';
import type { OpenVersion } from '../open-versions.js';
import { vectorsOfItems } from './vectors-of-items.js';

export interface FollowNewItemsDeps {
  readonly items: Pick<ItemStore, 'get'>;
  readonly coldVectors: Pick<ColdVectorStore, 'get' | 'put' | 'remove'>;
  readonly index: Pick<VectorIndex, 'upsert' | 'remove'>;
}

export interface FollowedItems {
  written: number;
  removed: number;
  clamped: number;
  /** Described, and the mapping gives them no vector; neither they nor others gain by waiting. */
  failed: number;
  /** Why, of one of those. */
  problem?: string;
}

/**
 * What is believed of the hash: nothing; that a vector which it names is there, and of which description it was made; or also that no
 * other one is there.
 */
export type TrustInHash = 'nothing' | 'presence' | 'all';

/** Items given vectors in one run of the graph: the thread is held for some milliseconds. */
const SLICE = 256;

/**
 * Makes the vectors that a version has of new items equal to what the item store says of these items now: those that the version has not
 * seen, that are described and not deleted have one, in its index and in its hash, the others have none. Since it looks again after
 * writing, several writers of one item in any order end with the newest description.
 *
 * The hash says what a vector was made of, and is written after the index: a process that ends in between has the item done again.
 *
 * @param trust the less, the more is written again
 */
export async function followNewItems(
  deps: FollowNewItemsDeps,
  version: OpenVersion,
  itemIds: readonly string[],
  trust: TrustInHash,
): Promise<FollowedItems> {
  const { encoder } = version;
  const { coldItems } = encoder;
  const total: FollowedItems = { written: 0, removed: 0, clamped: 0, failed: 0 };
  if (!coldItems) return total;
  const unseen = [...new Set(itemIds)].filter((itemId) => encoder.rowOf(itemId) === undefined);
  for (let start = 0; start < unseen.length; start += SLICE) {
    await followSlice(deps, { ...version, coldItems }, unseen.slice(start, start + SLICE), trust, total);
    await turn();
  }
  return total;
}

async function followSlice(
  { items, coldVectors, index }: FollowNewItemsDeps,
  { version, spaces, coldItems }: OpenVersion & { readonly coldItems: ColdItems },
  itemIds: readonly string[],
  trust: TrustInHash,
  total: FollowedItems,
): Promise<void> {
  let trusted = trust;
  for (let pending = itemIds; pending.length > 0; trusted = 'nothing') {
    const known = await items.get(pending);
    const digests = known.map(descriptionDigest);
    const stored = trusted === 'nothing' ? [] : await coldVectors.get(version, pending);
    const fresh = known.flatMap((item, place) => {
      const digest = digests[place];
      return item && digest !== undefined && digest !== stored[place]?.digest ? [{ item, digest }] : [];
    });
    const gone = pending.filter((_, place) => digests[place] === undefined && (trusted !== 'all' || stored[place]));
    if (fresh.length === 0 && gone.length === 0) return;
    if (gone.length > 0) {
      total.removed += await index.remove(spaces.items, gone);
      await coldVectors.remove(version, gone);
    }
    if (fresh.length > 0) {
      const vectors = vectorsOfItems(
        coldItems,
        fresh.map(({ item }) => item),
      );
      const entries = fresh.flatMap(({ item: { itemId }, digest }, place) => {
        const vector = vectors[place];
        if (vector instanceof Float32Array) return [{ id: itemId, itemId, digest, ...clamp(spaces.items, vector) }];
        if (vector) total.problem = vector.problem;
        return [];
      });
      await index.upsert(spaces.items, entries);
      await coldVectors.put(version, entries);
      total.written += entries.length;
      total.clamped += entries.filter(({ clamped }) => clamped).length;
      total.failed += fresh.length - entries.length;
    }
    const touched = new Set([...fresh.map(({ item }) => item.itemId), ...gone]);
    const current = await items.get(pending);
    pending = pending.filter(
      (itemId, place) => touched.has(itemId) && descriptionDigest(current[place]) !== digests[place],
    );
  }
}
