import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@click-recall/testing';
import { startLoad } from '../load/click-load.js';
import { publishOnce } from '../load/publish-once.js';
import type { Row, RowRun } from '../row.js';
import { askRecall, recallAnswer } from '../vectors/ask-recall.js';
import { openNewestLists, type NewestLists } from '../vectors/newest-lists.js';
import type { FaultService } from '../world/fault-service.js';
import { openLivePipeline, type LivePipeline } from '../world/open-live-pipeline.js';
import { openWorld } from '../world/open-world.js';

const USERS = 120;
const ITEMS = 80;
/** What is promised. */
const GONE_WITHIN_MS = 5_000;
/** How long it is looked at afterwards: gone is gone. */
const WATCHED_MS = 3_000;
const BACK_WITHIN_MS = 60_000;

/** What goes on while the item is deleted. */
const SITUATIONS = ['nothing else', 'a tombstone', 'a build', 'no embedder', 'a rollback'] as const;

export const deleteItem: Row = {
  letter: 'p',
  name: 'delete-item',
  fault: 'an item is deleted: with two recalls, while an index is built, without an embedder, before a rollback',
  promise: 'within 5 s it is in no answer, no channel and no list that was published; described again, it is back',
  rounds: 10,
  short: { rounds: 1 },
  async run(run) {
    const world = await openWorld(run);
    const pipeline = await openLivePipeline(world, run, { users: USERS, items: ITEMS, clicks: 10 });
    const recalls = [pipeline.first.recall, await pipeline.start('recall')];
    const lists = await openNewestLists(pipeline, run);
    const versions = [await pipeline.liveVersion()];
    // Another version to switch to, where a round is made that does.
    if (run.rounds > SITUATIONS.indexOf('a build')) versions.push(await pipeline.train());
    const load = startLoad(pipeline, run.random.fork(), { rate: 20, users: USERS, items: ITEMS, forget: 0 });
    let embedder = pipeline.first.embedder;

    for (let round = 0; round < run.rounds; round += 1) {
      const situation = SITUATIONS[round % SITUATIONS.length] ?? 'nothing else';
      await lists.toEnd();
      const itemId = run.random.pick(itemsOf(lists));
      run.say(`deleting ${itemId} with ${situation}`);
      if (situation === 'no embedder') await embedder.kill();
      const live = await pipeline.liveVersion();
      const other = versions.find((version) => version !== live) ?? '';
      const flow = situation === 'a build' ? await pipeline.jobs.startRollback(other) : undefined;
      await publishItem(pipeline, itemId, situation === 'a tombstone' ? null : { itemId, deleted: true });
      await goneInTime({ run, pipeline, recalls, lists, itemId, when: `round ${round + 1} (${situation})` });
      const rollback = situation === 'a rollback' ? await pipeline.jobs.startRollback(other) : flow;
      if (rollback) {
        await pipeline.flowEnded(rollback.id);
        await lists.toEnd();
        for (const place of await placesOf(pipeline, recalls, lists, itemId))
          run.violation(`round ${round + 1} (${situation}): ${itemId} is in ${place} after the switch`);
      }
      if (situation === 'no embedder') embedder = await pipeline.start('embedder');
      await publishItem(pipeline, itemId, { itemId, title: `Title of ${itemId}, again`, categories: ['even'] });
      await eventually(() => isBack(pipeline, recalls, itemId), { deadlineMs: BACK_WITHIN_MS, everyMs: 200 }).catch(
        () => run.violation(`round ${round + 1}: ${itemId} was described again and is in no answer`),
      );
      run.roundDone();
    }
    await load.stop();
  },
};

interface Watched {
  readonly run: RowRun;
  readonly pipeline: LivePipeline;
  readonly recalls: readonly FaultService[];
  readonly lists: NewestLists;
  readonly itemId: string;
  readonly when: string;
}

/** Called when Kafka has acknowledged the deletion. */
async function goneInTime({ run, pipeline, recalls, lists, itemId, when }: Watched): Promise<void> {
  const deletedAt = performance.now();
  const age = (): number => performance.now() - deletedAt;
  while (age() < GONE_WITHIN_MS + WATCHED_MS) {
    const startedAt = age();
    const places = await placesOf(pipeline, recalls, lists, itemId);
    if (startedAt >= GONE_WITHIN_MS && places.length > 0) {
      run.violation(`${when}: after ${(startedAt / 1000).toFixed(1)} s ${itemId} is in ${places.join(', ')}`);
      return;
    }
    await delay(200);
  }
}

/** Where the item still is. */
async function placesOf(
  { userIds, itemIds, namespace }: LivePipeline,
  recalls: readonly FaultService[],
  lists: NewestLists,
  itemId: string,
): Promise<string[]> {
  const holders = [...lists.of].filter(([, list]) => list?.items.some((item) => item.itemId === itemId));
  const places = holders.map(([userId]) => `the list of ${userId}`);
  const someone = [...holders.map(([userId]) => userId), ...userIds].slice(0, 5);
  const another = itemIds.filter((id) => id !== itemId).slice(0, 3);
  for (const recall of recalls) {
    const listed: [string, object?][] = [
      ...someone.map((userId): [string] => [`/v1/users/${userId}/recommendations?limit=100`]),
      [`/v1/users/nobody-of-${namespace}/recommendations?limit=100`],
      ['/v1/recommendations', { itemIds: another, limit: 100 }],
      ['/v1/recommendations', { itemIds: [itemId], limit: 100 }],
      ...another.map((id): [string] => [`/v1/items/${id}/similar?limit=100`]),
    ];
    for (const [path, body] of listed) {
      const { items } = await recallAnswer(recall, path, body);
      if (items.some((item) => item.itemId === itemId)) places.push(`${recall.url}${path}`);
    }
    for (const path of [`/v1/items/${itemId}/similar`, `/v1/items/${itemId}/users`]) {
      const { status } = await askRecall(recall, path);
      if (status !== 404) places.push(`${recall.url}${path} (${status})`);
    }
  }
  return places;
}

async function isBack({ itemIds }: LivePipeline, recalls: readonly FaultService[], itemId: string): Promise<boolean> {
  const answers = await Promise.all(
    recalls.map(async (recall) => {
      const session = { itemIds: itemIds.filter((id) => id !== itemId).slice(0, 3), limit: 100 };
      const { items } = await recallAnswer(recall, '/v1/recommendations', session);
      return (
        items.some((item) => item.itemId === itemId) && (await askRecall(recall, `/v1/items/${itemId}/similar`)).ok
      );
    }),
  );
  return answers.every(Boolean);
}

function itemsOf(lists: NewestLists): string[] {
  const items = [...lists.of.values()].flatMap((list) => list?.items.map(({ itemId }) => itemId) ?? []);
  return [...new Set(items)];
}

function publishItem(pipeline: LivePipeline, itemId: string, value: object | null): Promise<void> {
  return publishOnce(pipeline, 'items', [{ key: itemId, value: value && JSON.stringify(value) }]);
}
