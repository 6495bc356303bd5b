import type { RecommendedItem } from '@click-recall/contracts';
import type { SequenceStore } from '@click-recall/redis';
import type { LiveModel } from '../live/live-model.js';
import type { FillWithPopular } from './fill-with-popular.js';
import type { LiveVectors } from './live-vectors.js';
import type { NearestItems } from './nearest-items.js';

export interface RecommendRequest {
  readonly limit: number;
  readonly category?: string | undefined;
}

/** `modelVersion` and `sequenceRevision` are null where no vector had a part in it. */
export interface Recommended {
  readonly items: RecommendedItem[];
  readonly modelVersion: string | null;
  readonly rankerVersion: string | null;
  readonly sequenceRevision: number | null;
}

export interface Recommender {
  /** The nearest items that the user has not seen; popular ones behind them where there are too few, or for a user nobody knows. */
  forUser(userId: string, request: RecommendRequest): Promise<Recommended>;
  /** The same for clicks that are only in the request, oldest first. */
  forSession(itemIds: readonly string[], request: RecommendRequest): Promise<Recommended>;
}

export interface RecommenderDeps {
  /** Asked once a request, so that no answer mixes versions. */
  readonly currentModel: () => LiveModel | undefined;
  readonly sequences: Pick<SequenceStore, 'seen'>;
  readonly liveVectors: LiveVectors;
  readonly nearestItems: NearestItems;
  readonly fillWithPopular: FillWithPopular;
}

export function createRecommender(deps: RecommenderDeps): Recommender {
  const { currentModel, sequences, liveVectors, nearestItems, fillWithPopular } = deps;

  return {
    async forUser(userId, request) {
      const live = currentModel();
      const [[stored], seen] = await Promise.all([live ? liveVectors(live, [userId]) : [], sequences.seen(userId)]);
      const filter = { ...request, exclude: new Set(seen) };
      if (!live || !stored || stored.vector.length === 0) return popular(filter);
      const nearest = await nearestItems(live, { ...filter, vector: stored.vector });
      const items = await fillWithPopular(nearest, filter);
      return { items, modelVersion: live.version, rankerVersion: null, sequenceRevision: stored.revision };
    },

    async forSession(itemIds, request) {
      const live = currentModel();
      const filter = { ...request, exclude: new Set(itemIds) };
      const [vector] = live ? await live.encoder.encode([itemIds]) : [];
      if (!live || !vector) return popular(filter);
      const nearest = await nearestItems(live, { ...filter, vector });
      const items = await fillWithPopular(nearest, filter);
      return { items, modelVersion: live.version, rankerVersion: null, sequenceRevision: null };
    },
  };

  async function popular(filter: Parameters<FillWithPopular>[1]): Promise<Recommended> {
    return {
      items: await fillWithPopular([], filter),
      modelVersion: null,
      rankerVersion: null,
      sequenceRevision: null,
    };
  }
}
