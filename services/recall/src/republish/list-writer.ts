import type { Cause, RecommendedItem } from '@click-recall/contracts';
import type { OutgoingMessage } from '@click-recall/kafka';
import type { SequenceStore } from '@click-recall/redis';
import { PUBLISHED_ITEMS } from '../config.js';
import type { LiveModel } from '../live/live-model.js';
import type { FillWithPopular } from '../recommend/fill-with-popular.js';
import type { LiveVectors } from '../recommend/live-vectors.js';
import { recommendationMessage } from '../recommend/recommendation-message.js';
import { rankerOf, type Rerank, type Reranked } from '../recommend/rerank.js';
import type { Candidates } from './read-catalogue.js';
import { scoreUsers } from './score-users.js';

export interface ListWriterDeps {
  readonly sequences: Pick<SequenceStore, 'seenMany'>;
  readonly liveVectors: LiveVectors;
  readonly rerank: Rerank;
  readonly fillWithPopular: FillWithPopular;
  readonly isDeleted: (itemId: string) => boolean;
}

interface User {
  readonly userId: string;
  readonly revision: number;
  readonly vector: Float32Array;
  readonly seen: readonly string[];
}

/**
 * Makes the messages of a slice of users. With `affected` (items deleted now), only of users in whose list one of them would be;
 * the cause then names that item.
 */
export function createListWriter({ sequences, liveVectors, rerank, fillWithPopular, isDeleted }: ListWriterDeps) {
  return async function listsFor(
    live: LiveModel,
    catalogue: readonly Candidates[],
    userIds: readonly string[],
    cause: Cause,
    affected?: readonly string[],
  ): Promise<OutgoingMessage[]> {
    const users = await read(live, userIds);
    const causes = affected ? await causesOf(live, catalogue, users, affected) : users.map(() => cause);
    const chosen = users.flatMap((user, place) => {
      const own = causes[place];
      return own ? [{ user, cause: own }] : [];
    });
    const { items: lists, rankerVersion } = await listsOf(
      live,
      catalogue,
      chosen.map(({ user }) => user),
      (itemId) => !isDeleted(itemId),
    );
    return Promise.all(
      chosen.map(async ({ user: { userId, revision, seen }, cause: own }, place) => {
        const filter = { limit: PUBLISHED_ITEMS, exclude: new Set(seen) };
        const items = await fillWithPopular(lists[place] ?? [], filter);
        return recommendationMessage(live, { userId, sequenceRevision: revision, items, rankerVersion, cause: own });
      }),
    );
  };

  /** Users who have a vector, with what they have seen. */
  async function read(live: LiveModel, userIds: readonly string[]): Promise<User[]> {
    const [stored, seen] = await Promise.all([liveVectors(live, userIds), sequences.seenMany(userIds)]);
    return userIds.flatMap((userId, place) => {
      const own = stored[place];
      return own && own.vector.length > 0 ? [{ userId, ...own, seen: seen[place] ?? [] }] : [];
    });
  }

  /** What the model has for each user, as it is published: in the ranker's order, before popular items. */
  async function listsOf(
    live: LiveModel,
    catalogue: readonly Candidates[],
    users: readonly User[],
    isEligible: (itemId: string) => boolean,
  ): Promise<Reranked> {
    const ranker = rankerOf(live, true);
    const recalled = await scoreUsers(catalogue, users, isEligible, Math.max(PUBLISHED_ITEMS, ranker?.candidates ?? 0));
    const lists = recalled.map((items, place) => ({ items, seen: users[place]?.seen ?? [] }));
    return rerank(ranker, lists, PUBLISHED_ITEMS);
  }

  /** For each user the cause, where the list had one of the items before it was deleted. */
  async function causesOf(
    live: LiveModel,
    catalogue: readonly Candidates[],
    users: readonly User[],
    affected: readonly string[],
  ): Promise<(Cause | undefined)[]> {
    const gone = new Set(affected);
    const isEligible = (itemId: string): boolean => gone.has(itemId) || !isDeleted(itemId);
    const { items: before } = await listsOf(live, catalogue, users, isEligible);
    const unknown = affected.find((itemId) => catalogue.every(({ rowOf }) => rowOf(itemId) === undefined));
    return users.map((_, place) => {
      const list: readonly RecommendedItem[] = before[place] ?? [];
      // A list that the model could not fill had popular items behind it, and there an item may have been that the model does not know.
      const itemId =
        list.find((item) => gone.has(item.itemId))?.itemId ?? (list.length < PUBLISHED_ITEMS ? unknown : undefined);
      return itemId === undefined ? undefined : { kind: 'item-deleted', itemId };
    });
  }
}
