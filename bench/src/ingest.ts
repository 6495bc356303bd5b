import { topicName } from '@click-recall/contracts';
import { createKafkaClient, pipelineTopics, type KafkaClient, type OutgoingMessage } from '@click-recall/kafka';
import {
  createOffsetStore,
  createRedis,
  createSequenceStore,
  deleteNamespace,
  type RedisConnection,
} from '@click-recall/redis';
import { createLogger, loadConfig } from '@click-recall/runtime';
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runBare } from './ingest/run-bare.js';
import { runService } from './ingest/run-service.js';
import { zipfClicks } from './ingest/zipf-clicks.js';
import { print } from './print.js';

interface Round {
  readonly bare: number;
  readonly service: number;
  readonly ratio: number;
  readonly serviceResidentMb: number;
}

/**
 * Click events applied per second, by one ingest process, from a topic that holds them already, beside a bare consumer that pipelines
 * one ZADD an event. Options: `--events 500000`, `--users 10000`, `--items 4000`, `--rounds 1`, `--node-args "--cpu-prof"`.
 */
export async function run(args: string[], options: { json: boolean }): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      events: { type: 'string', default: '500000' },
      users: { type: 'string', default: '10000' },
      items: { type: 'string', default: '4000' },
      rounds: { type: 'string', default: '1' },
      'node-args': { type: 'string', default: '' },
    },
  });
  const events = Number(values.events);
  const config = loadConfig();
  const namespace = `bench-${randomBytes(4).toString('hex')}`;
  const topic = topicName('clicks', namespace);
  const logger = createLogger({ service: 'bench', level: 'warn' });
  const kafka = createKafkaClient({ ...config.kafka, clientId: 'bench', logger });
  const redis = createRedis({ ...config.redis, logger });
  const admin = kafka.admin();
  const topics = pipelineTopics(namespace);
  try {
    await admin.ensureTopics(topics);
    if (!options.json) print(`publishing ${events} events ...`);
    await publish(kafka, topic, zipfClicks(events, Number(values.users), Number(values.items)));
    const ends = await admin.topicEndOffsets(topic);
    const last = new Map([...ends].map(([partition, end]) => [partition, String(end - 1n)]));
    const env = {
      NAMESPACE: namespace,
      KAFKA_BROKERS: config.kafka.brokers.join(','),
      REDIS_URL: config.redis.url,
      INGEST_PORT: '0',
      LOG_LEVEL: 'warn',
    };
    const nodeArgs = values['node-args'].split(' ').filter((arg) => arg !== '');
    const rounds: Round[] = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      const bare = await runBare({
        brokers: config.kafka.brokers,
        redisUrl: config.redis.url,
        topic,
        group: `${namespace}.bare-${round}`,
        prefix: `${namespace}:bare:`,
        events,
      });
      await deleteNamespace(redis, namespace);
      const offsets = createOffsetStore(redis, { namespace });
      const service = await runService({ env, topic, last, events, offsets, nodeArgs });
      await check(redis, namespace, config, events);
      await deleteNamespace(redis, namespace);
      const ratio = service.eventsPerSecond / bare.eventsPerSecond;
      rounds.push({
        bare: Math.round(bare.eventsPerSecond),
        service: Math.round(service.eventsPerSecond),
        ratio,
        serviceResidentMb: Math.round(service.residentMb),
      });
      if (!options.json) print(lineOf(rounds.at(-1)));
    }
    if (options.json) print(JSON.stringify({ bench: 'ingest', events, users: Number(values.users), rounds }));
  } finally {
    await deleteNamespace(redis, namespace);
    await redis.quit();
    await admin.deleteTopics(topics.map(({ name }) => name));
    await kafka.close();
  }
}

async function publish(kafka: KafkaClient, topic: string, messages: Iterable<OutgoingMessage>): Promise<void> {
  const publisher = kafka.publisher();
  let chunk: OutgoingMessage[] = [];
  for (const message of messages) {
    chunk.push(message);
    if (chunk.length < 10_000) continue;
    await publisher.publish(topic, chunk);
    chunk = [];
  }
  await publisher.publish(topic, chunk);
}

/** A figure counts only if the work was done. */
async function check(
  redis: RedisConnection,
  namespace: string,
  { sequenceKeep, seenKeep }: { sequenceKeep: number; seenKeep: number },
  events: number,
): Promise<void> {
  const sequences = createSequenceStore(redis, { namespace, keep: sequenceKeep, seenKeep });
  const { applied, droppedByCap } = await sequences.totals();
  if (applied + droppedByCap !== events) {
    throw new Error(`${applied} applied and ${droppedByCap} dropped by the cap are not the ${events} events`);
  }
}

function lineOf(round: Round | undefined): string {
  if (!round) return '';
  const { bare, service, ratio, serviceResidentMb } = round;
  return `bare consumer ${bare}/s, ingest ${service}/s: ${ratio.toFixed(2)} of it (needed 0.40), ${serviceResidentMb} MB resident (allowed 300)`;
}
