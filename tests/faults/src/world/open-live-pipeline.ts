import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { topicName } from '@click-recall/contracts';
import { createJobs, type Jobs } from '@click-recall/jobs';
import { createActivationStore } from '@click-recall/redis';
import { SMALL_KEEPS_ENV } from '../replay/open-state-check.js';
import { untilApplied } from '../replay/unapplied.js';
import type { RowRun } from '../row.js';
import type { FaultService } from './fault-service.js';
import type { FaultPipeline, World } from './open-world.js';

export interface LivePipelineOptions {
  /** Default 60. */
  readonly users?: number;
  /** Default 40; all of them are described on `items`, too. */
  readonly items?: number;
  /** Clicks of each user, default 20. */
  readonly clicks?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Sections of the model's settings file that replace those of the small model. */
  readonly model?: Readonly<Record<string, unknown>>;
}

/** A pipeline with its four services, clicks that can be learned from, and a model trained on them that is live. */
export interface LivePipeline extends FaultPipeline {
  readonly jobs: Jobs;
  /** The ones that were started first; a row that kills one starts another by `start`. */
  readonly first: Readonly<Record<'ingest' | 'trainer' | 'embedder' | 'recall', FaultService>>;
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  /** The version that is live now. */
  liveVersion(): Promise<string | undefined>;
  /**
   * Trains and waits until the flow has ended.
   *
   * @returns the version that it made live
   * @throws Error with the reason when a step failed
   */
  train(): Promise<string>;
}

const FLOW_WITHIN_MS = 240_000;

/** Seconds to train and good enough for a gate: these tests are of what breaks, not of what it learns. */
const SMALL_MODEL = {
  encoder: { sequenceLength: 12, dim: 16, layers: 1 },
  training: { epochs: 3, batchSize: 32 },
  // What is worse by less than everything passes: which of two small models is better is chance.
  trainer: { gateTolerance: 1, gateMinClicks: 10, ranker: { auto: false }, coldStart: { enabled: false } },
};

export async function openLivePipeline(
  world: World,
  { defer, say }: Pick<RowRun, 'defer' | 'say'>,
  { users = 60, items = 40, clicks = 20, env = {}, model = {} }: LivePipelineOptions = {},
): Promise<LivePipeline> {
  const settings = join(world.folder, `model-${Math.random().toString(36).slice(2)}.json`);
  await writeFile(settings, JSON.stringify({ ...SMALL_MODEL, ...model }));
  const pipeline = await world.openPipeline({
    env: { ...SMALL_KEEPS_ENV, MODEL_CONFIG: settings, MIN_TRAIN_USERS: '5', MIN_TRAIN_ITEMS: '5', ...env },
  });
  const { namespace, client, redis, logger } = pipeline;
  const jobs = createJobs({ redisUrl: `redis://${world.redis.address}`, namespace, logger });
  defer(() => jobs.close());

  const userIds = Array.from({ length: users }, (_, user) => `user-${user}`);
  const itemIds = Array.from({ length: items }, (_, item) => `item-${item}`);
  const publisher = client.publisher();
  await publisher.publish(
    topicName('items', namespace),
    itemIds.map((itemId, item) => ({
      key: itemId,
      value: JSON.stringify({ itemId, title: `Title of ${item}`, categories: [item % 2 ? 'odd' : 'even'] }),
    })),
  );
  const start = Date.now() - 24 * 3_600_000;
  await publisher.publish(
    topicName('clicks', namespace),
    userIds.flatMap((userId, user) =>
      Array.from({ length: clicks }, (_, click) => ({
        key: userId,
        value: JSON.stringify({
          eventId: `past-${click}`,
          userId,
          // Each user walks around a ring of items, so that the next item can be learned from the last.
          itemId: `item-${(user * 7 + click * (1 + (user % 2))) % items}`,
          timestamp: start + click * 60_000,
        }),
      })),
    ),
  );
  await publisher.close();

  say('starting services');
  const [ingest, trainer, embedder, recall] = await Promise.all([
    pipeline.start('ingest'),
    pipeline.start('trainer'),
    pipeline.start('embedder'),
    pipeline.start('recall'),
  ]);
  const activation = createActivationStore(redis, { namespace });
  const live: LivePipeline = {
    ...pipeline,
    jobs,
    first: { ingest, trainer, embedder, recall },
    userIds,
    itemIds,
    liveVersion: async () => (await activation.read())?.encoder,
    async train() {
      const { id } = await jobs.startTraining({ reason: 'manual' });
      for (const step of ['train', 'embed', 'activate', 'republish'] as const) {
        const outcome = await jobs.waitFor(step, id, { timeoutMs: FLOW_WITHIN_MS });
        if (outcome.kind === 'failed') throw new Error(`${step}: ${outcome.failure.message}`);
      }
      const version = await live.liveVersion();
      if (version === undefined) throw new Error('the flow has ended and no version is live');
      return version;
    },
  };
  say('training a first model');
  await untilApplied(pipeline);
  await live.train();
  return live;
}
