import type { RecommendedItem } from '@click-recall/contracts';
import type { SequenceStore } from '@click-recall/redis';
import type { LiveModel } from '../live/live-model.js';
import type { FillWithPopular } from './fill-with-popular.js';
import type { LiveVectors } from './live-vectors.js';
import type { NearestItems } from './nearest-items.js';
import { rankerOf, type Rerank } from './rerank.js';

export interface RecommendRequest {
  readonly limit: number;
  readonly category?: string | undefined;
  /** False: in the order recalled, also where a ranker is live. */
  readonly rank: boolean;
}

/** `modelVersion` and `sequenceRevision` are null where no vector had a part in it, `rankerVersion` where no ranker had. */
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
  readonly rerank: Rerank;
  readonly fillWithPopular: FillWithPopular;
}

export function createRecommender(deps: RecommenderDeps): Recommender {
  const { currentModel, sequences, liveVectors, nearestItems, rerank, fillWithPopular } = deps;

  return {
    async forUser(userId, request) {
      const live = currentModel();
      const [[stored], seen] = await Promise.all([live ? liveVectors(live, [userId]) : [], sequences.seen(userId)]);
      if (!live || !stored || stored.vector.length === 0) return popular(request, seen);
      const found = await nearest(live, stored.vector, request, seen);
      return { ...found, modelVersion: live.version, sequenceRevision: stored.revision };
    },

    async forSession(itemIds, request) {
      const live = currentModel();
      const seen = [...new Set(itemIds.toReversed())];
      const [vector] = live ? await live.encoder.encode([itemIds]) : [];
      if (!live || !vector) return popular(request, seen);
      const found = await nearest(live, vector, request, seen);
      return { ...found, modelVersion: live.version, sequenceRevision: null };
    },
  };

  /** `seen`: newest click first. */
  async function nearest(
    live: LiveModel,
    vector: Float32Array,
    { limit, category, rank }: RecommendRequest,
    seen: readonly string[],
  ): Promise<Pick<Recommended, 'items' | 'rankerVersion'>> {
    const filter = { limit, category, exclude: new Set(seen) };
    const ranker = rankerOf(live, rank);
    const recalled = await nearestItems(live, { ...filter, vector, upTo: ranker?.candidates });
    const { items, rankerVersion } = await rerank(ranker, [{ items: recalled, seen }], limit);
    return { items: await fillWithPopular(items[0] ?? [], filter), rankerVersion };
  }

  async function popular({ limit, category }: RecommendRequest, seen: readonly string[]): Promise<Recommended> {
    const items = await fillWithPopular([], { limit, category, exclude: new Set(seen) });
    return { items, modelVersion: null, rankerVersion: null, sequenceRevision: null };
  }
}
