import { setTimeout as delay } from 'node:timers/promises';
import { createClickPublisher } from '@click-recall/client';
import type { ItemUsersAnswer, RecommendationsAnswer } from '@click-recall/contracts';
import type { Config } from '@click-recall/runtime';
import type { PipelineAccess } from '../access.js';

/** Nobody has clicked it, and nobody can: it is known by these words alone, and gone again after a moment. */
const ITEM = {
  itemId: 'demo-new-item',
  title: 'Star Wars: The New Empire',
  categories: ['Action', 'Adventure', 'Romance', 'Sci-Fi', 'War'],
};
/** Users it is nearest to, of whom those are shown in whose lists it ranks highest. */
const NEAREST = 100;
const USERS = 3;
/** Asked at once. */
const AT_ONCE = 10;
const TITLES = 5;
/** Most that recall answers. */
const LOOKED_AT = 200;
const POLL_MS = 50;
const PATIENCE_MS = 30_000;

/** What became of an invented item. */
export interface NewItemTried {
  readonly title: string;
  readonly categories: readonly string[];
  /** From its publication to its place in the live index, ms. */
  readonly indexedMs: number;
  /** From the publication of its deletion until no answer holds it, ms. */
  readonly goneMs: number;
  /** Of the users it is nearest to, those in whose lists it ranks highest. */
  readonly users: readonly {
    readonly userId: string;
    /** Titles clicked last, newest first. */
    readonly clicked: readonly string[];
    /** Its place among what is recommended, from 1; null: not among the first 200. */
    readonly place: number | null;
  }[];
}

/**
 * Publishes an invented item that is known by its title and categories alone, looks for whom it is recalled, and deletes it again. Undefined
 * where the live model has no mapping for new items.
 */
export async function tryNewItem(
  pipeline: PipelineAccess,
  config: Config,
  recallUrl: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<NewItemTried | undefined> {
  const live = await pipeline.activation.read();
  if (!live?.mapping) return undefined;
  const get: Get = (path) => fetch(`${recallUrl}/v1${path}`, { headers });
  const isIndexed = async (): Promise<boolean> => {
    const [vector] = await pipeline.coldVectors.get(live.encoder, [ITEM.itemId]);
    return vector !== undefined;
  };
  const publisher = createClickPublisher({ ...config.kafka, namespace: config.namespace, clientId: 'start' });
  const isAnswered = async (): Promise<boolean> => (await get(`/items/${ITEM.itemId}/users`)).ok;
  let isThere = true;
  try {
    const published = Date.now();
    await publisher.publishItem(ITEM);
    await until(isIndexed, signal);
    const indexedMs = Date.now() - published;
    // Deleted by the start before this one, it is so for recall for up to a second more.
    await until(isAnswered, signal);
    const users = await bestPlaced(pipeline, get);
    const deleted = Date.now();
    await publisher.publishItem({ ...ITEM, deleted: true });
    isThere = false;
    await until(async () => !(await isIndexed()) && !(await isAnswered()), signal);
    return { title: ITEM.title, categories: ITEM.categories, indexedMs, goneMs: Date.now() - deleted, users };
  } finally {
    if (isThere) await publisher.publishItem({ ...ITEM, deleted: true }).catch(() => undefined);
    await publisher.close();
  }
}

type Get = (path: string) => Promise<Response>;

async function bestPlaced(pipeline: PipelineAccess, get: Get): Promise<NewItemTried['users']> {
  const { users } = await read<ItemUsersAnswer>(get, `/items/${ITEM.itemId}/users?limit=${NEAREST}`);
  const places = new Map<string, number | null>();
  for (let start = 0; start < users.length; start += AT_ONCE) {
    const some = users.slice(start, start + AT_ONCE);
    await Promise.all(some.map(async ({ userId }) => places.set(userId, await placeFor(get, userId))));
  }
  const best = [...places].sort(([, a], [, b]) => (a ?? Infinity) - (b ?? Infinity)).slice(0, USERS);
  const sequences = await pipeline.sequences.read(
    best.map(([userId]) => userId),
    TITLES,
  );
  return Promise.all(
    sequences.map(async ({ userId, events }) => {
      const clicked = events.map(({ itemId }) => itemId).toReversed();
      const known = await pipeline.items.get(clicked);
      const titles = clicked.map((itemId, index) => known[index]?.title ?? itemId);
      return { userId, clicked: titles, place: places.get(userId) ?? null };
    }),
  );
}

async function placeFor(get: Get, userId: string): Promise<number | null> {
  // As recalled: a ranker has learned nothing about an item that nobody has clicked.
  const path = `/users/${encodeURIComponent(userId)}/recommendations?limit=${LOOKED_AT}&rank=false`;
  const { items } = await read<RecommendationsAnswer>(get, path);
  const place = items.findIndex(({ itemId }) => itemId === ITEM.itemId);
  return place < 0 ? null : place + 1;
}

async function read<T>(get: Get, path: string): Promise<T> {
  const answer = await get(path);
  if (!answer.ok) throw new Error(`recall answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

async function until(done: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !(await done()); await delay(POLL_MS, undefined, { signal })) {
    if (Date.now() > deadline) throw new Error(`nothing came of the invented item within ${PATIENCE_MS / 1000} s`);
  }
}
