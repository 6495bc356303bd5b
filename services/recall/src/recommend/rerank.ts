import type { VersionedRanker } from '@click-recall/encoding';
import type { RecommendedItem } from '@click-recall/contracts';
import type { LiveModel } from '../live/live-model.js';

/** What was recalled for a user, best first, and what the user has seen, newest click first. */
export interface RecalledList {
  readonly items: readonly RecommendedItem[];
  readonly seen: readonly string[];
}

export interface Reranked {
  /** The first `limit` of each list: by the ranker where there is one, else as they were recalled. */
  readonly items: RecommendedItem[][];
  /** The ranker that ordered them; null where none did. */
  readonly rankerVersion: string | null;
}

/** Orders lists by the ranker and cuts them; never adds an item, and loses none but those behind the cut. */
export type Rerank = (
  ranker: VersionedRanker | undefined,
  lists: readonly RecalledList[],
  limit: number,
) => Promise<Reranked>;

export interface RankFailure {
  readonly version: string;
  readonly error: unknown;
  /** No failure of this version was told of before. */
  readonly isFirst: boolean;
}

/** A ranker that fails is told of, and the lists are as they were recalled: a recommendation never depends on it. */
export function createRerank(onFailure: (failure: RankFailure) => void): Rerank {
  let failed: string | undefined;
  return async (ranker, lists, limit) => {
    const recalled = { items: lists.map(({ items }) => items.slice(0, limit)), rankerVersion: null };
    if (!ranker) return recalled;
    try {
      const scores = await ranker.rank(lists.map(({ items, seen }) => ({ candidates: items, seen })));
      const items = lists.map((list, place) => ordered(list.items, scores[place]!).slice(0, limit));
      return { items, rankerVersion: ranker.version };
    } catch (error) {
      onFailure({ version: ranker.version, error, isFirst: failed !== ranker.version });
      failed = ranker.version;
      return recalled;
    }
  };
}

/** The ranker to ask, if the request wants one. */
export function rankerOf({ ranker }: Pick<LiveModel, 'ranker'>, rank: boolean): VersionedRanker | undefined {
  return rank ? ranker : undefined;
}

/** Items of the same score stay in the order recalled. */
function ordered(items: readonly RecommendedItem[], scores: Float32Array): RecommendedItem[] {
  return items.map((item, place) => ({ ...item, rankScore: scores[place]! })).sort((a, b) => b.rankScore - a.rankScore);
}
