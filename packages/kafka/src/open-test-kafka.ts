import { randomNamespace, testServers } from '@click-recall/testing';
import { onTestFinished } from 'vitest';
import type { KafkaAdmin } from './admin.js';
import { createKafkaClient, type KafkaClient } from './kafka-client.js';
import type { KafkaLogger } from './kafka-logger.js';
import type { ConsumedMessage } from './message.js';
import type { Subscriber, SubscriberOptions } from './subscriber.js';

export const silent: KafkaLogger = { debug() {}, info() {}, warn() {}, error() {} };

export interface TestKafka {
  readonly client: KafkaClient;
  readonly admin: KafkaAdmin;
  readonly brokers: string[];
  /** A random name, free for topics and groups. */
  readonly name: string;
  /** Makes a topic that is deleted after the test. */
  topic(partitions?: number): Promise<string>;
  /** Starts a subscriber that collects what it reads. */
  collect(
    options: Partial<SubscriberOptions> & { topics: string[] },
  ): Promise<{ messages: ConsumedMessage[]; subscriber: Subscriber }>;
}

/** For tests only: a client on the real broker that is closed, and whose topics are deleted, when the test ends. */
export async function openTestKafka(): Promise<TestKafka> {
  const client = createKafkaClient({ brokers: testServers().kafkaBrokers, clientId: 'test', logger: silent });
  const admin = client.admin();
  const name = randomNamespace('kafka');
  const topics: string[] = [];
  onTestFinished(async () => {
    if (topics.length > 0) await admin.deleteTopics(topics);
    await client.close();
  });
  return {
    client,
    admin,
    brokers: testServers().kafkaBrokers,
    name,
    async topic(partitions = 1) {
      const topic = `${name}.${topics.length}`;
      topics.push(topic);
      await admin.ensureTopics([{ name: topic, partitions, cleanup: 'delete', retentionMs: -1 }]);
      return topic;
    },
    async collect(options) {
      const messages: ConsumedMessage[] = [];
      const subscriber = client.subscriber({
        groupId: name,
        fromBeginning: true,
        handleBatch: async (batch) => void messages.push(...batch.messages),
        onCrash: (error) => {
          throw error;
        },
        ...options,
      });
      await subscriber.start();
      return { messages, subscriber };
    },
  };
}

export function textOf({ value }: ConsumedMessage): string | null {
  return value === null ? null : Buffer.from(value).toString();
}
