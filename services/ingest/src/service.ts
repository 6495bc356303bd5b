import { openKafka, openSettle, pipelineTopics, type ConsumedBatch } from '@click-recall/kafka';
import { createItemStore, createOffsetStore, createSequenceStore, openRecords, openRedis } from '@click-recall/redis';
import { openHttpServer, retryForever, type ServiceContext } from '@click-recall/runtime';
import { ingestConfig } from './config.js';
import { addClicksRoute } from './http/clicks-route.js';
import { addForgetRoute } from './http/forget-route.js';
import { createMarkers } from './markers/markers.js';
import { rewindOnNewMasters } from './markers/rewind-on-new-masters.js';
import { watchMarkers } from './markers/watch-markers.js';
import { measured } from './measured.js';
import { createClickPipeline, createItemPipeline, type HandleBatch } from './pipeline.js';

/** Partitions at work at the same time: while one waits for Redis, another is parsed. */
const CONCURRENCY = 4;
/** A caller over HTTP is not kept waiting longer for a Kafka that is away, ms. */
const HTTP_PATIENCE_MS = 3_000;
const WATCH_MARKERS_MS = 5_000;

/** Opens the parts of ingest and starts them. Gives the address of its HTTP server. */
export async function startIngest(context: ServiceContext): Promise<string> {
  const { config, logger, metrics, health, scope, signal, crash } = context;
  const { group, topics } = ingestConfig(config);
  const { namespace } = config;

  const kafka = openKafka(context);
  const redis = openRedis(context);
  const records = openRecords(context);
  const consumerState = health.dependency('consumer');

  const { server, listen } = await openHttpServer(context, {
    api: { title: 'click-recall ingest', description: 'Click events in.' },
  });
  const front = { publisher: kafka.publisher({ giveUpAfterMs: HTTP_PATIENCE_MS }), topic: topics.clicks, metrics };
  addClicksRoute(server, front);
  addForgetRoute(server, front);
  const address = await listen();

  const admin = kafka.admin();
  await admin.waitUntilReachable(signal);
  await retryForever('making the topics', () => admin.ensureTopics(pipelineTopics(namespace)), { logger, signal });
  await retryForever(`Redis at ${redis.address}`, () => redis.ready(5_000), { logger, signal });
  await retryForever(`Redis at ${redis.address} (records)`, () => records.ready(5_000), { logger, signal });

  const publisher = kafka.publisher();
  const settle = openSettle(context, {
    publisher,
    topic: topics.deadLetters,
    onDeadLetter: (source, reason) => metrics.eventsRejected.inc({ source, reason }),
  });
  const offsets = createOffsetStore(redis, { namespace });
  const markers = createMarkers({ offsets, redis });
  const sequences = createSequenceStore(redis, { namespace, keep: config.sequenceKeep, seenKeep: config.seenKeep });
  const items = createItemStore(records, redis, { namespace });
  const pipelines = new Map<string, HandleBatch>([
    [
      topics.clicks,
      createClickPipeline({ settle, sequences, publisher, markers, metrics, updatesTopic: topics.updates }),
    ],
    [topics.items, createItemPipeline({ settle, items, markers, metrics })],
  ]);

  const subscriber = kafka.subscriber({
    groupId: group,
    topics: [topics.clicks, topics.items],
    fromBeginning: true,
    concurrency: CONCURRENCY,
    handleBatch: measured({ metrics, health }, (batch, control) => pipelineOf(batch)(batch, control)),
    resumeFrom: (partition) => markers.load(partition),
    onAssigned: () => consumerState.up(),
    onRevoked: (partitions) => markers.forget(partitions),
    onLag: ({ topic, partition }, lag) => metrics.consumerLag.set({ topic, partition }, lag),
    onCrash: crash,
  });
  scope.add('consumer', 'clicks and items', () => subscriber.stop());
  await subscriber.start();
  const stopWatching = watchMarkers({
    markers,
    subscriber,
    logger,
    everyMs: WATCH_MARKERS_MS,
    onRewind: ({ topic, partition }) => {
      metrics.offsetsRewound.inc({ topic });
      logger.warn({ topic, partition }, 'Redis has older data than it had: reading again what is missing');
    },
    onError: crash,
  });
  scope.add('consumer', 'markers', stopWatching);
  const masters = rewindOnNewMasters({
    servers: () => redis.masterRuns(),
    offsets,
    markers,
    subscriber,
    logger,
    windowMs: config.redisRewindMs,
    everyMs: WATCH_MARKERS_MS,
    onRewind: ({ topic }) => metrics.offsetsRewound.inc({ topic }),
    onError: crash,
  });
  scope.add('consumer', 'masters', masters.stop);
  return address;

  function pipelineOf({ topic }: ConsumedBatch): HandleBatch {
    const pipeline = pipelines.get(topic);
    if (!pipeline) throw new Error(`no pipeline for ${topic}`);
    return pipeline;
  }
}
