import { openEncoders } from '@click-recall/encoding';
import { openJobs } from '@click-recall/jobs';
import { openKafka, openSettle } from '@click-recall/kafka';
import {
  createActivationStore,
  createColdVectorStore,
  createItemStore,
  createModelStore,
  createRankerStore,
  createOffsetStore,
  createSequenceStore,
  createUserVectorStore,
  openRecords,
  openRedis,
} from '@click-recall/redis';
import { createRegistry } from '@click-recall/registry';
import { messageOf, openHttpServer, repeat, retryForever, type ServiceContext } from '@click-recall/runtime';
import { chooseIndex } from '@click-recall/vector-index';
import { createActivateVersion } from './activate/activate-version.js';
import { createEmbedVersion } from './build/embed-version.js';
import { embedderConfig } from './config.js';
import { createNewItemPipeline } from './new-items/pipeline.js';
import { keepNewItems } from './new-items/keep-new-items.js';
import { createOpenVersions } from './open-versions.js';
import { createRetireVersions } from './retire/retire-versions.js';
import { createUpdatePipeline } from './updates/pipeline.js';
import { watchIndex } from './watch-index.js';

const LOOK_EVERY_MS = 1_000;

/** Opens the embedder's parts and starts them: the consumer of updates, the workers of `embed` and `activate`, the clearing up. */
export async function startEmbedder(context: ServiceContext): Promise<void> {
  const { config, logger, metrics, health, scope, signal, crash } = context;
  const { group, itemsGroup, topics, graceMs, retireEveryMs } = embedderConfig(config);
  const { namespace } = config;

  const kafka = openKafka(context);
  const redis = openRedis(context);
  const records = openRecords(context);
  const jobs = openJobs(context);

  const sequences = createSequenceStore(redis, { namespace, keep: config.sequenceKeep, seenKeep: config.seenKeep });
  const userVectors = createUserVectorStore(redis, { namespace });
  const coldVectors = createColdVectorStore(redis, { namespace });
  const items = createItemStore(records, redis, { namespace });
  const activations = createActivationStore(redis, { namespace });
  const models = createModelStore(records, redis, { namespace });
  const rankers = createRankerStore(records, redis, { namespace });
  const registry = createRegistry(config.registryUrl);
  const encoders = openEncoders(context, registry);

  const { listen } = await openHttpServer(context);
  await listen();

  const model = health.dependency('model');
  const openVersions = createOpenVersions({
    activations,
    models,
    encoders,
    logger,
    onLive: ({ version, problem }) => {
      metrics.liveModel.reset();
      if (version !== null) metrics.liveModel.set({ version }, problem === undefined ? 1 : 0);
      if (problem === undefined) model.up();
      else model.down(problem);
    },
  });

  const waiting = { logger, signal };
  await retryForever(`Redis at ${redis.address}`, () => redis.ready(5_000), waiting);
  const index = await retryForever('the vector index', () => chooseIndex(redis, { namespace }), waiting);
  // Loads the live model before the first click needs it, and looks now and again while no clicks come. A damaged one is not
  // waited for: jobs are the way back from it.
  const look = (): Promise<void> =>
    openVersions().then(
      () => undefined,
      (error: unknown) => logger.debug({ err: error }, `the live model will be tried again: ${messageOf(error)}`),
    );
  await look();
  const looking = repeat(look, { everyMs: LOOK_EVERY_MS });
  scope.add('worker', 'live model', () => looking.stop());

  const publisher = kafka.publisher();
  const admin = kafka.admin();
  await admin.waitUntilReachable(signal);
  const settle = openSettle(context, { publisher, topic: topics.deadLetters });

  const stores = { activations, models, encoders, sequences, userVectors, items, coldVectors };
  const shared = { ...stores, index, admin, metrics, logger };
  const onLag = ({ topic, partition }: { topic: string; partition: number }, lag: number): void =>
    metrics.consumerLag.set({ topic, partition }, lag);
  const subscriber = kafka.subscriber({
    groupId: group,
    topics: [topics.updates],
    fromBeginning: true,
    concurrency: 4,
    handleBatch: createUpdatePipeline({ ...shared, openVersions, settle, publisher, topic: topics.vectors }),
    onLag,
    onCrash: crash,
  });
  scope.add('consumer', 'updates', () => subscriber.stop());
  await subscriber.start();
  const newItems = kafka.subscriber({
    groupId: itemsGroup,
    topics: [topics.items],
    fromBeginning: true,
    handleBatch: createNewItemPipeline({ ...shared, openVersions, offsets: createOffsetStore(redis, { namespace }) }),
    onLag,
    onCrash: crash,
  });
  scope.add('consumer', 'items', () => newItems.stop());
  await newItems.start();
  const keeping = keepNewItems({ ...shared, openVersions, signal });
  scope.add('worker', 'new items', () => keeping.stop());

  watchIndex({ ...shared, openVersions });

  const embed = jobs.worker('embed', createEmbedVersion({ ...shared, redis, topic: topics.updates }));
  scope.add('worker', 'embed', () => embed.close());
  const activate = jobs.worker('activate', createActivateVersion({ ...shared, rankers, topic: topics.updates, group }));
  scope.add('worker', 'activate', () => activate.close());
  const retire = createRetireVersions({ ...shared, jobs, graceMs });
  const retiring = repeat(retire, {
    everyMs: retireEveryMs,
    onError: (error) => logger.warn({ err: error }, `retiring will be tried again: ${messageOf(error)}`),
  });
  scope.add('worker', 'retire', () => retiring.stop());
}
