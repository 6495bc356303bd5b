import { createActivationStore, keysOf, type Activation } from '@click-recall/redis';
import { eventually } from '@click-recall/testing';
import { startLoad } from '../load/click-load.js';
import { startHttpLoad, type HttpLoad } from '../load/http-load.js';
import type { Row, RowRun } from '../row.js';
import { recallAnswer } from '../vectors/ask-recall.js';
import { openAnswerCheck, type AnswerCheck } from '../vectors/open-answer-check.js';
import { vectorsAreRight } from '../vectors/vectors-are-right.js';
import { openLivePipeline, type LivePipeline } from '../world/open-live-pipeline.js';
import { openWorld } from '../world/open-world.js';
import { checkCallers } from '../world/outage.js';
import { runCli } from '../world/run-cli.js';

const USERS = 150;
const ITEMS = 80;
const NOTICED_WITHIN_MS = 60_000;
const SILENT_WITHIN_MS = 120_000;

const LOSSES = ['items', 'users', 'user-vectors', 'activation', 'all of it'] as const;
type Loss = (typeof LOSSES)[number];

export const deleteIndex: Row = {
  letter: 'n',
  name: 'delete-index',
  fault: 'the indexes, the vectors of users or the activation of the live version are deleted by hand',
  promise: 'answers go on, popular items saying so; a gauge says what is missing; `click-recall embed` rebuilds it',
  rounds: 5,
  async run(run) {
    const world = await openWorld(run);
    const pipeline = await openLivePipeline(world, run, { users: USERS, items: ITEMS, clicks: 8 });
    const check = openAnswerCheck(pipeline, run);
    for (let round = 0; round < run.rounds; round += 1) {
      const loss = LOSSES[round % LOSSES.length] ?? 'items';
      run.say(`deleting ${loss}`);
      const scene = { run, pipeline, check, when: `round ${round + 1} (${loss})` };
      const load = startLoad(pipeline, run.random.fork(), { rate: 20, users: USERS, items: ITEMS, forget: 0.01 });
      const callers = askAllAlong(pipeline);
      run.defer(() => callers.stop());
      const live = await activationOf(pipeline);
      await deleteByHand(loss, pipeline, live);
      await answersGoOn(loss, scene);
      await isNoticed(loss, scene);
      await rebuild(loss, scene, live.encoder);
      await load.stop();
      await isWhole(scene);
      await callers.stop();
      checkCallers(run, callers, { statuses: [200] }, scene.when);
      run.roundDone();
    }
  },
};

interface Round {
  readonly run: RowRun;
  readonly pipeline: LivePipeline;
  readonly check: AnswerCheck;
  readonly when: string;
}

/** Nobody is turned away at any time: not in the moment of the loss, nor while all is built again. */
function askAllAlong({ first: { recall }, userIds, itemIds }: LivePipeline): HttpLoad {
  const paths = [`/v1/users/${userIds[0]}/recommendations`, `/v1/items/${itemIds[0]}/similar`];
  return startHttpLoad(
    paths.map((path) => ({ url: `${recall.url}${path}` })),
    1,
  );
}

async function activationOf({ redis, namespace }: LivePipeline): Promise<Activation> {
  const activation = await createActivationStore(redis, { namespace }).read();
  if (!activation) throw new Error('no version is live');
  return activation;
}

async function deleteByHand(loss: Loss, pipeline: LivePipeline, { encoder, lift }: Activation): Promise<void> {
  const { redis, namespace, userIds } = pipeline;
  const keys = keysOf(namespace);
  const shards = Array.from({ length: lift.shards ?? 1 }, (_, shard) => shard);
  const indexKeys = (kind: 'items' | 'users'): string[] => shards.map((shard) => keys.vectors(encoder, kind, shard));
  const vectors = userIds.map((userId) => keys.userVector(encoder, userId));
  const doomed: Record<Loss, readonly string[]> = {
    items: indexKeys('items'),
    users: indexKeys('users'),
    'user-vectors': vectors,
    activation: [keys.activation],
    'all of it': [...indexKeys('items'), ...indexKeys('users'), ...vectors],
  };
  await redis.commands.pipeline(doomed[loss].map((key) => ['DEL', key]));
}

/** No answer is empty, and every item says where it comes from. */
async function answersGoOn(loss: Loss, { run, pipeline, check, when }: Round): Promise<void> {
  const { recall } = pipeline.first;
  const session = pipeline.itemIds.slice(3, 6);
  const userId = run.random.pick(pipeline.userIds);
  const itemId = run.random.pick(pipeline.itemIds);
  const withoutItems = loss === 'items' || loss === 'activation' || loss === 'all of it';
  // The activation is looked at five times a second.
  await eventually(async () => {
    const ofSession = await recallAnswer(recall, '/v1/recommendations', { itemIds: session, limit: 10 });
    const ofUser = await recallAnswer(recall, `/v1/users/${userId}/recommendations?limit=10`);
    const ofItem = await recallAnswer(recall, `/v1/items/${itemId}/similar?limit=10`);
    for (const { items } of [ofSession, ofUser, ofItem]) {
      if (items.length === 0) throw new Error('an answer is empty');
      const channels = new Set(items.map(({ channel }) => channel));
      if (withoutItems && (channels.size !== 1 || !channels.has('popular')))
        throw new Error(`the channels are ${[...channels].join(', ')}`);
    }
    if (withoutItems) return;
    await check.ofSession(session, ofSession);
    await check.ofUser(userId, ofUser);
    await check.ofItem(itemId, ofItem);
  }).catch((error: unknown) => run.violation(`${when}: ${String(error)}`));
}

async function isNoticed(loss: Loss, { run, pipeline, when }: Round): Promise<void> {
  const { embedder, recall } = pipeline.first;
  const missing = async (kind: string): Promise<boolean> =>
    (await embedder.metric('click_recall_index_missing', { kind })) > 0;
  const noticed: Record<Loss, () => Promise<boolean>> = {
    items: () => missing('items'),
    users: () => missing('users'),
    'user-vectors': () => missing('user-vectors'),
    activation: async () =>
      (await recall.metric('click_recall_live_model')) === 0 && (await recall.readiness()) === 503,
    'all of it': async () => (await missing('items')) && (await missing('user-vectors')),
  };
  await eventually(noticed[loss], { deadlineMs: NOTICED_WITHIN_MS, everyMs: 500 }).catch(() =>
    run.violation(`${when}: no metric says so`),
  );
}

async function rebuild(loss: Loss, { run, pipeline, when }: Round, version: string): Promise<void> {
  const embedded = await runCli(pipeline, ['embed']);
  if (loss !== 'activation') {
    if (embedded.code !== 0) run.violation(`${when}: click-recall embed ended with ${embedded.code}: ${embedded.text}`);
    return;
  }
  if (embedded.code !== 1 || !embedded.text.includes('no model is live'))
    run.violation(`${when}: click-recall embed ended with ${embedded.code}: ${embedded.text}`);
  const back = await runCli(pipeline, ['rollback', version, '--wait']);
  if (back.code !== 0) run.violation(`${when}: click-recall rollback ended with ${back.code}: ${back.text}`);
}

async function isWhole({ run, pipeline, check, when }: Round): Promise<void> {
  const { embedder, recall } = pipeline.first;
  await vectorsAreRight(run, pipeline, check, when);
  await eventually(async () => (await embedder.metric('click_recall_index_missing')) === 0, {
    deadlineMs: SILENT_WITHIN_MS,
    everyMs: 250,
  }).catch(() => run.violation(`${when}: the metric goes on`));
  const session = pipeline.itemIds.slice(3, 6);
  const answer = await recallAnswer(recall, '/v1/recommendations', { itemIds: session, limit: 10 });
  if (answer.items.some(({ channel }) => channel !== 'nearest'))
    run.violation(`${when}: answers are still popular items`);
  await check.ofSession(session, answer);
}
