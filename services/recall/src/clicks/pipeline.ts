import type { UserVectorMessage } from '@click-recall/contracts';
import type { ConsumedBatch, OutgoingMessage, Publisher, Settle } from '@click-recall/kafka';
import type { SequenceStore, UserVector } from '@click-recall/redis';
import { RetriableError, type Metrics } from '@click-recall/runtime';
import { PUBLISHED_ITEMS } from '../config.js';
import type { LiveModel } from '../live/live-model.js';
import type { LiveModelWatch } from '../live/watch-live-model.js';
import type { FillWithPopular } from '../recommend/fill-with-popular.js';
import type { LiveVectors } from '../recommend/live-vectors.js';
import type { NearestItems } from '../recommend/nearest-items.js';
import { createPublishLists } from '../recommend/publish-lists.js';
import { recommendationMessage } from '../recommend/recommendation-message.js';
import { rankerOf, type Rerank } from '../recommend/rerank.js';
import { coalesceVectors } from './coalesce-vectors.js';
import { parseVectors } from './parse-vectors.js';

export interface ClickPipelineDeps {
  readonly settle: Settle;
  readonly models: Pick<LiveModelWatch, 'current' | 'state' | 'refresh'>;
  readonly sequences: Pick<SequenceStore, 'seenMany' | 'revisions'>;
  readonly liveVectors: LiveVectors;
  readonly nearestItems: NearestItems;
  readonly rerank: Rerank;
  readonly fillWithPopular: FillWithPopular;
  readonly publisher: Pick<Publisher, 'publish'>;
  /** Full name of the `recommendations` topic. */
  readonly topic: string;
  readonly metrics: Metrics;
}

/** Users answered at once. */
const SLICE = 64;

/**
 * What happens to a batch of `user-vectors`, in order: read it, take each user's newest, pass on who was forgotten, find the nearest
 * unseen items of the others, order them, publish them.
 */
export function createClickPipeline(deps: ClickPipelineDeps) {
  const { settle, models, sequences, liveVectors, nearestItems, rerank, fillWithPopular, publisher, topic, metrics } =
    deps;
  const publishLists = createPublishLists(deps);

  return async function handleBatch(batch: ConsumedBatch): Promise<void> {
    const newest = coalesceVectors(await settle(batch, parseVectors(batch)));
    const forgotten = newest.filter(({ kind }) => kind === 'forgotten');
    if (forgotten.length > 0)
      await publisher.publish(
        topic,
        forgotten.map(({ userId }) => ({ key: userId, value: null })),
      );
    const vectors = newest.flatMap((event) => (event.kind === 'vector' ? [event.message] : []));
    for (let start = 0; start < vectors.length; start += SLICE) await answer(vectors.slice(start, start + SLICE));
  };

  async function answer(vectors: readonly UserVectorMessage[]): Promise<void> {
    const live = await liveModel(vectors);
    if (!live) return;
    const [current, seen] = await Promise.all([
      ofVersion(live, vectors),
      sequences.seenMany(vectors.map(({ userId }) => userId)),
    ]);
    const users = vectors.flatMap(({ userId, cause }, place) => {
      const own = current[place];
      return own && own.vector.length > 0 ? [{ userId, cause, ...own, seen: seen[place] ?? [] }] : [];
    });
    const ranker = rankerOf(live, true);
    const filters = users.map((user) => ({ limit: PUBLISHED_ITEMS, exclude: new Set(user.seen) }));
    const recalled = await Promise.all(
      users.map(async ({ vector, seen: known }, place) => {
        const request = { ...filters[place]!, vector, upTo: ranker?.candidates };
        return { items: await nearestItems(live, request), seen: known };
      }),
    );
    const { items, rankerVersion } = await rerank(ranker, recalled, PUBLISHED_ITEMS);
    const answers = await Promise.all(
      users.map(async ({ userId, revision, cause }, place): Promise<OutgoingMessage> => {
        const filled = await fillWithPopular(items[place] ?? [], filters[place]!);
        return recommendationMessage(live, { userId, sequenceRevision: revision, items: filled, rankerVersion, cause });
      }),
    );
    await publishLists(answers);
    const now = Date.now();
    metrics.recommendationsPublished.inc({ cause: 'click' }, answers.length);
    for (const { cause } of vectors) {
      metrics.freshness.observe({ stage: 'recommendation' }, Math.max(0, now - cause.appendedAt) / 1000);
    }
  }

  /** Vectors of the live version: those of the messages, or, where a message has none of that kind, what is stored or encoded anew. */
  async function ofVersion(live: LiveModel, vectors: readonly UserVectorMessage[]) {
    const own = vectors.map((message) => ofMessage(live, message));
    const others = vectors.filter((_, place) => !own[place]);
    if (others.length === 0) return own;
    const userIds = others.map(({ userId }) => userId);
    const revisions = others.map(({ sequenceRevision }) => sequenceRevision);
    const found = await liveVectors(live, userIds, revisions);
    const byUser = new Map(userIds.map((userId, place) => [userId, found[place]]));
    return vectors.map(({ userId }, place) => own[place] ?? byUser.get(userId));
  }

  /** The version in use; the messages say that one is live, and which, so a switch that was not noticed yet is looked for. */
  async function liveModel(vectors: readonly UserVectorMessage[]): Promise<LiveModel | undefined> {
    if (vectors.some(({ modelVersion }) => modelVersion !== models.current()?.version)) await models.refresh();
    const live = models.current();
    const state = models.state();
    if (!live && state.kind === 'unusable') {
      throw new RetriableError(`the live model ${state.version} cannot be used: ${state.problem}`);
    }
    return live;
  }
}

/**
 * The vector of a message, if it is of the live version: one that only says so, and cannot be compared with the items, would come up again at
 * every try and hold up its partition.
 */
function ofMessage({ version, encoder }: LiveModel, message: UserVectorMessage): UserVector | undefined {
  if (message.modelVersion !== version) return undefined;
  const vector = Float32Array.from(message.vector);
  const isComparable =
    vector.length === encoder.dim && vector.every(Number.isFinite) && vector.some((value) => value !== 0);
  return vector.length === 0 || isComparable ? { revision: message.sequenceRevision, vector } : undefined;
}
