import { createJobs, type Jobs } from '@click-recall/jobs';
import { createActivationStore } from '@click-recall/redis';
import { SMALL_KEEPS_ENV } from '../replay/open-state-check.js';
import { untilApplied } from '../replay/unapplied.js';
import type { RowRun } from '../row.js';
import type { FaultService } from './fault-service.js';
import type { FaultPipeline, World } from './open-world.js';
import { publishPast, writeSmallModel } from './small-model.js';

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
  /**
   * Waits until a flow that makes a version live has ended.
   *
   * @throws Error with the reason when it failed
   */
  flowEnded(id: string): Promise<void>;
}

/** Everything that was begun has ended by then. */
export const FLOW_WITHIN_MS = 240_000;

export async function openLivePipeline(
  world: World,
  { defer, say }: Pick<RowRun, 'defer' | 'say'>,
  { users = 60, items = 40, clicks = 20, env = {}, model = {} }: LivePipelineOptions = {},
): Promise<LivePipeline> {
  const settings = await writeSmallModel(world, model);
  const pipeline = await world.openPipeline({
    env: { ...SMALL_KEEPS_ENV, MODEL_CONFIG: settings, MIN_TRAIN_USERS: '5', MIN_TRAIN_ITEMS: '5', ...env },
  });
  const { namespace, redis, logger } = pipeline;
  const jobs = createJobs({ redisUrl: `redis://${world.redis.address}`, namespace, logger });
  defer(() => jobs.close());

  const { userIds, itemIds } = await publishPast(pipeline, { users, items, clicks });

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
    async flowEnded(id) {
      const outcome = await jobs.waitFor('republish', id, { timeoutMs: FLOW_WITHIN_MS });
      if (outcome.kind === 'failed') throw new Error(`the flow has failed: ${outcome.failure.message}`);
    },
  };
  say('training a first model');
  await untilApplied(pipeline);
  await live.train();
  return live;
}
