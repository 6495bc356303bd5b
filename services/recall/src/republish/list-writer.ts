import type { Cause } from '@click-recall/contracts';
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

/** Items that may have come before another one since a list with that one was made; more of them, and the list keeps it until the user's next click. */
const ROOM_FOR_NEWER = 100;

interface User {
  readonly userId: string;
  readonly revision: number;
  readonly vector: Float32Array;
  readonly seen: readonly string[];
}

/**
 * Makes the messages of a slice of users. With `affected` (items deleted now), only of users whose newest list may hold one of them;
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
    const recalled = await scoreUsers(catalogue, users, isEligible, recalledFor(live));
    const lists = recalled.map((items, place) => ({ items, seen: users[place]?.seen ?? [] }));
    return rerank(rankerOf(live, true), lists, PUBLISHED_ITEMS);
  }

  /**
   * For each user the cause, where the newest list may hold one of the items: where it would be among what is recalled, or is not far behind.
   * What has come since the list was made (a new item, one that was described again) stands before it now and did not then.
   */
  async function causesOf(
    live: LiveModel,
    catalogue: readonly Candidates[],
    users: readonly User[],
    affected: readonly string[],
  ): Promise<(Cause | undefined)[]> {
    const gone = new Set(affected);
    const isEligible = (itemId: string): boolean => gone.has(itemId) || !isDeleted(itemId);
    const most = recalledFor(live) + ROOM_FOR_NEWER;
    const recalled = await scoreUsers(catalogue, users, isEligible, most);
    const unknown = affected.find((itemId) => catalogue.every(({ rowOf }) => rowOf(itemId) === undefined));
    return recalled.map((list) => {
      // A list that the model could not fill had popular items behind it, and there an item may have been that the model does not know.
      const itemId = list.find((item) => gone.has(item.itemId))?.itemId ?? (list.length < most ? unknown : undefined);
      return itemId === undefined ? undefined : { kind: 'item-deleted', itemId };
    });
  }
}

/** Items that are recalled for a list: what is published, or what a ranker chooses it from. */
function recalledFor(live: LiveModel): number {
  return Math.max(PUBLISHED_ITEMS, rankerOf(live, true)?.candidates ?? 0);
}
