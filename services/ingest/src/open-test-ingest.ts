import {
  createKafkaClient,
  pipelineTopics,
  type ConsumedMessage,
  type KafkaClient,
  type OutgoingMessage,
} from '@click-recall/kafka';
import { createLogger, createServiceContext, loadConfig, type Metrics } from '@click-recall/runtime';
import { eventually, testServers } from '@click-recall/testing';
import { onTestFinished } from 'vitest';
import { startIngest } from './service.js';

export interface RunningIngest {
  readonly address: string;
  readonly metrics: Metrics;
  /** What it has logged, a line each: nothing but with a LOG_LEVEL in `env`. */
  readonly lines: readonly string[];
  stop(): Promise<unknown>;
}

/** For tests only: the whole service, in this process, on the real servers. Stops when the test ends. */
export async function startTestIngest(namespace: string, env: Record<string, string> = {}): Promise<RunningIngest> {
  const { kafkaBrokers, redisUrl, redisCluster } = testServers();
  const config = loadConfig({
    NAMESPACE: namespace,
    KAFKA_BROKERS: kafkaBrokers.join(','),
    REDIS_URL: redisUrl,
    REDIS_CLUSTER: String(redisCluster),
    INGEST_PORT: '0',
    LOG_LEVEL: 'silent',
    ...env,
  });
  const lines: string[] = [];
  const logger = createLogger({
    service: 'ingest',
    level: config.logLevel,
    pretty: false,
    destination: { write: (line) => void lines.push(line) },
  });
  const crash = (error: unknown): void => {
    throw error;
  };
  const { context, stop } = createServiceContext({ service: 'ingest', config, logger, crash });
  onTestFinished(async () => void (await stop()));
  return { address: await startIngest(context), metrics: context.metrics, lines, stop };
}

export interface TestTopics {
  readonly kafka: KafkaClient;
  publish(topic: string, messages: OutgoingMessage[]): Promise<void>;
  /** Everything that is on a topic, as it comes. */
  read(topic: string): Promise<ConsumedMessage[]>;
  /** Resolves when the group of ingest has read to the end of the topic. */
  caughtUp(topic: string): Promise<void>;
}

/** For tests only: the pipeline's topics, made before and deleted after the test. */
export async function openTestTopics(namespace: string): Promise<TestTopics> {
  const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const kafka = createKafkaClient({ brokers: testServers().kafkaBrokers, clientId: 'test', logger: quiet });
  const admin = kafka.admin();
  const publisher = kafka.publisher();
  const topics = pipelineTopics(namespace);
  onTestFinished(async () => {
    await admin.deleteTopics(topics.map(({ name }) => name));
    await kafka.close();
  });
  await admin.ensureTopics(topics);
  const full = (topic: string): string => `${namespace}.${topic}`;
  return {
    kafka,
    publish: async (topic, messages) => void (await publisher.publish(full(topic), messages)),
    async read(topic) {
      const messages: ConsumedMessage[] = [];
      const subscriber = kafka.subscriber({
        groupId: `${namespace}.reader.${topic}`,
        topics: [full(topic)],
        fromBeginning: true,
        handleBatch: async (batch) => void messages.push(...batch.messages),
        onCrash: (error) => {
          throw error;
        },
      });
      await subscriber.start();
      return messages;
    },
    caughtUp: async (topic) => {
      await eventually(async () => (await admin.lag(`${namespace}.ingest`, full(topic))) === 0n);
    },
  };
}
