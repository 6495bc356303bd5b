import type { RecommendedItem } from '@click-recall/contracts';
import type { ColdVectorStore, SequenceStore } from '@click-recall/redis';
import { HttpError } from '@click-recall/runtime';
import type { VectorIndex } from '@click-recall/vector-index';
import type { ItemCache, ItemInfo } from '../items/item-cache.js';
import type { DeletedItems } from '../items/watch-deleted-items.js';
import { itemVector, type LiveModel } from '../live/live-model.js';
import type { FillWithPopular } from './fill-with-popular.js';
import type { NearestItems } from './nearest-items.js';

/** Users asked for per user wanted; those who have seen the item are dropped. */
const OVER_FETCH = 2;

export interface ItemQueries {
  /** Nearest items; where the model has none, popular ones of its categories (of any, where it has none). */
  similar(itemId: string, limit: number): Promise<{ items: RecommendedItem[]; modelVersion: string | null }>;
  /** Nearest users who have not seen the item. */
  users(
    itemId: string,
    limit: number,
  ): Promise<{ users: { userId: string; score: number }[]; modelVersion: string | null }>;
}

export interface ItemQueriesDeps {
  readonly currentModel: () => LiveModel | undefined;
  readonly items: ItemCache;
  readonly deleted: Pick<DeletedItems, 'has'>;
  readonly sequences: Pick<SequenceStore, 'haveSeen'>;
  readonly coldVectors: Pick<ColdVectorStore, 'get'>;
  readonly index: Pick<VectorIndex, 'search' | 'count'>;
  readonly nearestItems: NearestItems;
  readonly fillWithPopular: FillWithPopular;
  readonly onSearch?: (seconds: number) => void;
}

/** Both reject with an HttpError 404 for an item nobody knows or that was deleted. */
export function createItemQueries(deps: ItemQueriesDeps): ItemQueries {
  const { currentModel, items, deleted, sequences, coldVectors, index, nearestItems, fillWithPopular, onSearch } = deps;

  return {
    async similar(itemId, limit) {
      const live = currentModel();
      const { info, vector } = await find(live, itemId);
      const exclude = new Set([itemId]);
      if (live && vector) {
        const nearest = await nearestItems(live, { vector, limit, exclude });
        // None: its index is gone, or holds this item alone.
        if (nearest.length > 0) return { items: nearest, modelVersion: live.version };
      }
      let found: RecommendedItem[] = [];
      for (const category of info?.categories.length ? info.categories : [undefined]) {
        found = await fillWithPopular(found, { limit, exclude, category });
      }
      return { items: found, modelVersion: null };
    },

    async users(itemId, limit) {
      const live = currentModel();
      const { vector } = await find(live, itemId);
      if (!live)
        throw new HttpError(503, 'no-model', 'no model is live yet; users can be found after the first training');
      if (!vector) {
        throw new HttpError(
          404,
          'item-not-in-model',
          'the live model has not seen this item; the next one will',
          'itemId',
        );
      }
      return { users: await unseenUsers(live, itemId, vector, limit), modelVersion: live.version };
    },
  };

  async function find(
    live: LiveModel | undefined,
    itemId: string,
  ): Promise<{ info: ItemInfo | undefined; vector: Float32Array | undefined }> {
    const [[info], vector] = await Promise.all([items.get([itemId]), live && vectorOf(live, itemId)]);
    if (deleted.has(itemId) || (!info && !vector)) {
      throw new HttpError(404, 'unknown-item', 'nobody knows this item, or it was deleted', 'itemId');
    }
    return { info, vector };
  }

  /** The model's own, or the one made of the title of an item that it has not seen. */
  async function vectorOf(live: LiveModel, itemId: string): Promise<Float32Array | undefined> {
    const own = itemVector(live, itemId);
    if (own || !live.hasMapping) return own;
    const [cold] = await coldVectors.get(live.version, [itemId]);
    return cold?.vector;
  }

  async function unseenUsers(
    { spaces }: LiveModel,
    itemId: string,
    vector: Float32Array,
    limit: number,
  ): Promise<{ userId: string; score: number }[]> {
    for (let wanted = limit * OVER_FETCH; ; wanted *= 2) {
      const started = performance.now();
      const matches = await index.search(spaces.users, vector, { limit: wanted });
      onSearch?.((performance.now() - started) / 1000);
      const seen = await sequences.haveSeen(
        itemId,
        matches.map(({ id }) => id),
      );
      const unseen = matches.filter((_, place) => !seen[place]);
      if (unseen.length >= limit || matches.length < wanted) {
        return unseen.slice(0, limit).map(({ id, score }) => ({ userId: id, score }));
      }
    }
  }
}
