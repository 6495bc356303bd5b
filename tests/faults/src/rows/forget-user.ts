import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createModelStore, createRecordClient, createUserVectorStore } from '@click-recall/redis';
import { messageOf } from '@click-recall/runtime';
import { eventually } from '@click-recall/testing';
import { startLoad } from '../load/click-load.js';
import { publishOnce } from '../load/publish-once.js';
import type { Random } from '../random.js';
import { untilApplied } from '../replay/unapplied.js';
import { untilRead } from '../replay/until-read.js';
import type { Row, RowRun } from '../row.js';
import { findTraces } from '../traces/find-traces.js';
import { openNewestLists } from '../vectors/newest-lists.js';
import type { FaultService } from '../world/fault-service.js';
import { FLOW_WITHIN_MS, openLivePipeline, type LivePipeline } from '../world/open-live-pipeline.js';
import { openWorld, type World } from '../world/open-world.js';

const USERS = 800;
const ITEMS = 80;
const GONE_WITHIN_MS = 60_000;

/** What goes on while the user is forgotten. */
const SITUATIONS = [
  'nothing else',
  'clicks being encoded',
  'a build',
  'a build whose embedder is killed',
  'clicks delivered again',
  'a training',
  'a replay of the log afterwards',
] as const;
type Situation = (typeof SITUATIONS)[number];

type Services = Record<'ingest' | 'trainer' | 'embedder' | 'recall', FaultService>;

export const forgetUser: Row = {
  letter: 'p',
  name: 'forget-user',
  fault: 'a user is forgotten while vectors are made, while processes are killed, and before the log is replayed',
  promise: 'nothing of the user is left in any key, index, file of a model or later export',
  rounds: 7,
  async run(run) {
    const world = await openWorld(run);
    const pipeline = await openLivePipeline(world, run, {
      users: USERS,
      items: ITEMS,
      clicks: 8,
      env: { GRACE_MS: '1000' },
    });
    const lists = await openNewestLists(pipeline, run);
    const services: Services = { ...pipeline.first };
    const versions = [await pipeline.liveVersion(), await pipeline.train()];
    const forgotten: string[] = [];

    for (let round = 0; round < run.rounds; round += 1) {
      const situation = SITUATIONS[round % SITUATIONS.length] ?? 'nothing else';
      // Also of characters that keys, JSON and paths write otherwise.
      const userId = `${randomUUID()}${run.random.pick(['', ' ü{1}*', '/%2F"\\', ':\u0001é'])}`;
      run.say(`forgetting with ${situation}`);
      const load = startLoad(pipeline, run.random.fork(), { rate: 30, users: USERS, items: ITEMS, forget: 0 });
      await click(pipeline, userId, run.random, 8);
      await eventually(() => hasVector(pipeline, userId), { deadlineMs: GONE_WITHIN_MS, everyMs: 50 });
      const live = await pipeline.liveVersion();
      const other = versions.find((version) => version !== live) ?? '';
      await forgetIn(situation, { pipeline, services, world, random: run.random, userId, other });
      forgotten.push(userId);
      await load.stop();
      if (situation === 'a replay of the log afterwards') await replay(pipeline, services, world, live ?? '');
      await settled(pipeline);
      await lists.toEnd();
      await eventually(async () => (await lists.toEnd(), lists.of.get(userId) === null), {
        deadlineMs: GONE_WITHIN_MS,
        everyMs: 200,
      }).catch(() =>
        run.violation(`round ${round + 1} (${situation}): the newest message of the user on recommendations is a list`),
      );
      await nothingLeft(run, pipeline, world, services, forgotten, `round ${round + 1} (${situation})`);
      run.roundDone();
    }
  },
};

interface Scene {
  readonly pipeline: LivePipeline;
  readonly services: Services;
  readonly world: World;
  readonly random: Random;
  readonly userId: string;
  /** A version that is not live. */
  readonly other: string;
}

/** Resolves when the user was asked to be forgotten and all that went on beside it has ended. */
async function forgetIn(situation: Situation, scene: Scene): Promise<void> {
  const { pipeline, services, random, userId, other } = scene;
  switch (situation) {
    case 'nothing else':
    case 'a replay of the log afterwards':
      return forget(services.ingest, userId);
    case 'clicks being encoded':
      await Promise.all(Array.from({ length: 5 }, () => click(pipeline, userId, random, 2)));
      await delay(random.between(0, 30));
      return forget(services.ingest, userId);
    case 'a build':
    case 'a training': {
      const { id } =
        situation === 'a build'
          ? await pipeline.jobs.startRollback(other)
          : await pipeline.jobs.startTraining({ reason: 'manual' });
      await eventually(async () => (await pipeline.jobs.job('embed', id))?.state !== 'waiting-children', {
        deadlineMs: FLOW_WITHIN_MS,
        everyMs: 5,
      });
      await delay(random.between(0, 800));
      await forget(services.ingest, userId);
      return pipeline.flowEnded(id);
    }
    case 'a build whose embedder is killed': {
      const { id } = await pipeline.jobs.startRollback(other);
      await delay(random.between(0, 500));
      await forget(services.ingest, userId);
      await delay(random.between(0, 300));
      await services.embedder.kill();
      services.embedder = await pipeline.start('embedder');
      return pipeline.flowEnded(id);
    }
    case 'clicks delivered again': {
      await click(pipeline, userId, random, 3);
      await forget(services.ingest, userId);
      await delay(random.between(0, 60));
      // Before it could commit what it has read.
      await Promise.all([services.ingest.kill(), services.embedder.kill(), services.recall.kill()]);
      const [ingest, embedder, recall] = await Promise.all([
        pipeline.start('ingest'),
        pipeline.start('embedder'),
        pipeline.start('recall'),
      ]);
      Object.assign(services, { ingest, embedder, recall });
    }
  }
}

/** An empty Redis, and everything made anew out of the log and the registry. */
async function replay(pipeline: LivePipeline, services: Services, world: World, version: string): Promise<void> {
  await settled(pipeline);
  const names = ['ingest', 'trainer', 'embedder', 'recall'] as const;
  await Promise.all(names.map((name) => services[name].kill()));
  await pipeline.redis.commands.call(['FLUSHALL']);
  await Promise.all(names.map(async (name) => (services[name] = await pipeline.start(name))));
  await untilApplied(pipeline);
  const records = createRecordClient({
    url: `redis://${world.redis.address}`,
    cluster: false,
    logger: pipeline.logger,
  });
  try {
    const models = createModelStore(records, pipeline.redis, { namespace: pipeline.namespace });
    await eventually(async () => (await models.get(version)) ?? null, { deadlineMs: FLOW_WITHIN_MS, everyMs: 200 });
  } finally {
    await records.close();
  }
  await pipeline.flowEnded((await pipeline.jobs.startRollback(version)).id);
}

async function nothingLeft(
  { violation }: RowRun,
  pipeline: LivePipeline,
  { folder }: World,
  { recall }: Services,
  userIds: readonly string[],
  when: string,
): Promise<void> {
  let traces = ['nothing was looked at'];
  const look = async (): Promise<boolean> => (traces = await findTraces(pipeline, userIds, folder)).length === 0;
  await eventually(look, { deadlineMs: GONE_WITHIN_MS, everyMs: 1_000 }).catch((error: unknown) =>
    violation(`${when}: of ${JSON.stringify(userIds)} some is left in ${traces.join(', ')} (${messageOf(error)})`),
  );
  for (const userId of userIds) {
    const response = await fetch(`${recall.url}/v1/users/${encodeURIComponent(userId)}/recommendations`);
    const answer = (await response.json()) as { modelVersion: string | null };
    if (answer.modelVersion !== null) violation(`${when}: recall knows ${JSON.stringify(userId)}`);
  }
}

async function settled(pipeline: LivePipeline): Promise<void> {
  await untilApplied(pipeline);
  await untilRead(pipeline, 'embedder', 'sequence-updates', FLOW_WITHIN_MS);
  await untilRead(pipeline, 'recall', 'user-vectors', FLOW_WITHIN_MS);
}

async function hasVector(pipeline: LivePipeline, userId: string): Promise<boolean> {
  const { redis, namespace } = pipeline;
  const [stored] = await createUserVectorStore(redis, { namespace }).get((await pipeline.liveVersion()) ?? '', [
    userId,
  ]);
  return stored !== undefined;
}

function click(pipeline: LivePipeline, userId: string, random: Random, count: number): Promise<void> {
  const messages = Array.from({ length: count }, () => ({
    key: userId,
    value: JSON.stringify({
      userId,
      itemId: random.pick(pipeline.itemIds),
      eventId: `event-${random.below(2 ** 32)}`,
      timestamp: Date.now(),
    }),
  }));
  return publishOnce(pipeline, 'clicks', messages);
}

async function forget({ url }: FaultService, userId: string): Promise<void> {
  const response = await fetch(`${url}/v1/users/${encodeURIComponent(userId)}`, { method: 'DELETE' });
  if (response.status !== 202) throw new Error(`DELETE: ${response.status} ${await response.text()}`);
}
