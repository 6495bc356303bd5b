import {
  createDeadLetters,
  createKafkaClient,
  createSettle,
  pipelineTopics,
  type ConsumedBatch,
} from '@click-recall/kafka';
import {
  createItemStore,
  createOffsetStore,
  createRecordClient,
  createRedis,
  createSequenceStore,
} from '@click-recall/redis';
import { createHttpServer, listen, retryForever, type ServiceContext } from '@click-recall/runtime';
import { ingestConfig } from './config.js';
import { addClicksRoute } from './http/clicks-route.js';
import { addForgetRoute } from './http/forget-route.js';
import { createMarkers } from './markers/markers.js';
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

  const kafkaState = health.dependency('kafka');
  const consumerState = health.dependency('consumer');
  const kafka = createKafkaClient({
    ...config.kafka,
    clientId: 'ingest',
    logger,
    onReachable: (reachable, reason = '') => (reachable ? kafkaState.up() : kafkaState.down(reason)),
  });
  scope.add('producer', 'kafka', () => kafka.close());
  const redis = createRedis({ ...config.redis, logger });
  scope.add('store', 'redis', () => redis.quit());
  // Waits for the first connection, so that a start is not told as an outage.
  health.dependency('redis', () => redis.ready(2_000).then(() => redis.ping()));
  const records = createRecordClient({ ...config.redis, logger });
  scope.add('store', 'records', () => records.close());

  const server = await createHttpServer({
    service: 'ingest',
    config,
    logger,
    metrics,
    health,
    api: { title: 'click-recall ingest', description: 'Click events in.' },
  });
  scope.add('listener', 'http', () => server.close());
  const front = { publisher: kafka.publisher({ giveUpAfterMs: HTTP_PATIENCE_MS }), topic: topics.clicks, metrics };
  addClicksRoute(server, front);
  addForgetRoute(server, front);
  const address = await listen(server, { host: config.host, port: config.ports.ingest, variable: 'INGEST_PORT' });

  const admin = kafka.admin();
  await admin.waitUntilReachable(signal);
  await retryForever('making the topics', () => admin.ensureTopics(pipelineTopics(namespace)), { logger, signal });
  await retryForever(`Redis at ${redis.address}`, () => redis.ready(5_000), { logger, signal });
  await retryForever(`Redis at ${redis.address} (records)`, () => records.ready(5_000), { logger, signal });

  const publisher = kafka.publisher();
  const settle = createSettle({
    deadLetters: createDeadLetters({ publisher, topic: topics.deadLetters, service: 'ingest' }),
    onDeadLetter: (topic, reason) => {
      metrics.deadLetters.inc({ topic, reason });
      metrics.eventsRejected.inc({ source: topic, reason });
    },
  });
  const markers = createMarkers(createOffsetStore(redis, { namespace }));
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
  return address;

  function pipelineOf({ topic }: ConsumedBatch): HandleBatch {
    const pipeline = pipelines.get(topic);
    if (!pipeline) throw new Error(`no pipeline for ${topic}`);
    return pipeline;
  }
}
