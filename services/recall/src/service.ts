import { openEncoders, openRankers } from '@click-recall/encoding';
import { openJobs } from '@click-recall/jobs';
import { openKafka, openSettle } from '@click-recall/kafka';
import {
  createActivationStore,
  createColdVectorStore,
  createItemStore,
  createOffsetStore,
  createSequenceStore,
  createUserVectorStore,
  openRecords,
  openRedis,
  USER_SHARDS,
} from '@click-recall/redis';
import { createRegistry } from '@click-recall/registry';
import { openHttpServer, retryForever, type ServiceContext } from '@click-recall/runtime';
import { chooseIndex } from '@click-recall/vector-index';
import { createClickPipeline } from './clicks/pipeline.js';
import { recallConfig } from './config.js';
import { addItemRoutes } from './http/item-routes.js';
import { addUserRoutes } from './http/user-routes.js';
import { createItemCache } from './items/item-cache.js';
import { watchPopularItems } from './items/popular-items.js';
import { createRequestRepublish } from './items/request-republish.js';
import { watchDeletedItems } from './items/watch-deleted-items.js';
import type { LiveState } from './live/watch-live-model.js';
import { watchLiveModel } from './live/watch-live-model.js';
import { createFillWithPopular } from './recommend/fill-with-popular.js';
import { createItemFilter } from './recommend/item-filter.js';
import { createItemQueries } from './recommend/item-queries.js';
import { createLiveVectors } from './recommend/live-vectors.js';
import { createNearestItems } from './recommend/nearest-items.js';
import { createRecommender } from './recommend/recommender.js';
import { createRerank } from './recommend/rerank.js';
import { createRepublish } from './republish/republish.js';

/** Opens recall's parts and starts them: HTTP, the consumers of vectors and of items, the worker of `republish`. Gives its address. */
export async function startRecall(context: ServiceContext): Promise<string> {
  const { config, logger, metrics, health, scope, signal, crash } = context;
  const { groups, topics, graceMs } = recallConfig(config);
  const { namespace } = config;

  const kafka = openKafka(context);
  const redis = openRedis(context);
  const records = openRecords(context);
  const jobs = openJobs(context);

  const sequences = createSequenceStore(redis, { namespace, keep: config.sequenceKeep, seenKeep: config.seenKeep });
  const userVectors = createUserVectorStore(redis, { namespace });
  const coldVectors = createColdVectorStore(redis, { namespace });
  const activations = createActivationStore(redis, { namespace });
  const itemStore = createItemStore(records, redis, { namespace });
  const registry = createRegistry(config.registryUrl);
  const encoders = openEncoders(context, registry);
  const rankers = openRankers(context, registry, encoders);

  const waiting = { logger, signal };
  await retryForever(`Redis at ${redis.address}`, () => redis.ready(5_000), waiting);
  const index = await retryForever('the vector index', () => chooseIndex(redis, { namespace }), waiting);

  const modelUp = health.dependency('model');
  const models = watchLiveModel({
    activations,
    encoders,
    rankers,
    logger,
    graceMs,
    onState: (state) => {
      metrics.liveModel.reset();
      metrics.liveRanker.reset();
      if (state.kind === 'ready') {
        metrics.liveModel.set({ version: state.version }, 1);
        const { ranker } = state;
        if (ranker) metrics.liveRanker.set({ version: ranker.version }, ranker.problem === undefined ? 1 : 0);
      }
      const problem = problemOf(state);
      if (problem === undefined) modelUp.up();
      else modelUp.down(problem);
    },
  });
  scope.add('worker', 'live model', () => models.close());
  const deleted = watchDeletedItems(itemStore);
  scope.add('worker', 'deleted items', () => deleted.close());
  const popular = watchPopularItems(sequences);
  scope.add('worker', 'popular items', () => popular.close());
  const firstLook = (): Promise<unknown> => Promise.all([models.refresh(), deleted.refresh(), popular.refresh()]);
  await retryForever(`Redis at ${redis.address}`, firstLook, waiting);

  const items = createItemCache({ items: itemStore });
  const filter = createItemFilter(deleted, items);
  const onSearch = (seconds: number): void => metrics.searchSeconds.observe({ kind: 'items' }, seconds);
  const nearestItems = createNearestItems(index, filter, onSearch);
  const rerank = createRerank(({ version, error, isFirst }) => {
    metrics.rankFailures.inc();
    logger[isFirst ? 'warn' : 'debug']({ err: error, version }, `the ranker ${version} failed: lists stay as recalled`);
  });
  const fillWithPopular = createFillWithPopular(popular, filter);
  const liveVectors = createLiveVectors({ userVectors, sequences });
  const currentModel = models.current;
  const shared = { sequences, liveVectors, nearestItems, rerank, fillWithPopular, currentModel };

  const { server, listen } = await openHttpServer(context, {
    api: { title: 'click-recall: recall', description: 'What to recommend to whom, by nearest vectors.' },
  });
  addUserRoutes(server, { recommender: createRecommender(shared), items, metrics });
  const queries = createItemQueries({
    ...shared,
    items,
    deleted,
    coldVectors,
    index,
    onSearch: (seconds) => metrics.searchSeconds.observe({ kind: 'users' }, seconds),
  });
  addItemRoutes(server, { queries, items });
  const address = await listen();

  const publisher = kafka.publisher();
  await kafka.admin().waitUntilReachable(signal);
  const settle = openSettle(context, { publisher, topic: topics.deadLetters });
  const topic = topics.recommendations;
  const onLag = (of: { topic: string; partition: number }, lag: number): void =>
    metrics.consumerLag.set({ topic: of.topic, partition: of.partition }, lag);

  const vectors = kafka.subscriber({
    groupId: groups.vectors,
    topics: [topics.vectors],
    fromBeginning: true,
    concurrency: 4,
    handleBatch: createClickPipeline({ ...shared, settle, models, publisher, topic, metrics }),
    onLag,
    onCrash: crash,
  });
  scope.add('consumer', 'vectors', () => vectors.stop());
  await vectors.start();
  // From now on: what was deleted before was in no list that this group has published.
  const deletions = kafka.subscriber({
    groupId: groups.items,
    topics: [topics.items],
    fromBeginning: false,
    handleBatch: createRequestRepublish({ jobs, offsets: createOffsetStore(redis, { namespace }) }),
    onLag,
    onCrash: crash,
  });
  scope.add('consumer', 'items', () => deletions.stop());
  await deletions.start();

  const republish = createRepublish({
    ...shared,
    models,
    coldVectors,
    deleted,
    publisher,
    topic,
    shards: USER_SHARDS,
    metrics,
    logger,
  });
  const worker = jobs.worker('republish', republish);
  scope.add('worker', 'republish', () => worker.close());
  return address;
}

function problemOf(state: LiveState): string | undefined {
  switch (state.kind) {
    case 'none':
      return 'none was activated yet';
    case 'ready':
      return undefined;
    case 'unusable':
      return `${state.version} cannot be used: ${state.problem}`;
  }
}
