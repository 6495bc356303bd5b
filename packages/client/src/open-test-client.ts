import { DEFAULT_NAMESPACE } from '@click-recall/contracts';
import { createKafkaClient, pipelineTopics, type KafkaClient, type KafkaLogger } from '@click-recall/kafka';
import { randomNamespace, testServers } from '@click-recall/testing';
import { onTestFinished } from 'vitest';

const logger: KafkaLogger = { debug() {}, info() {}, warn() {}, error() {} };

export interface TestPipeline {
  readonly options: { readonly brokers: string[]; readonly namespace: string; readonly logger: KafkaLogger };
  readonly kafka: KafkaClient;
  /** What is on a topic now, oldest first: `partition offset` -> value. */
  contents(topic: string): Promise<Map<string, unknown>>;
}

/** For tests only: the pipeline's topics in a namespace of their own, deleted when the test ends. */
export async function openTestPipeline(): Promise<TestPipeline> {
  const brokers = testServers().kafkaBrokers;
  const namespace = randomNamespace('client');
  if (namespace === DEFAULT_NAMESPACE) throw new Error('tests never use the default namespace');
  const kafka = createKafkaClient({ brokers, clientId: 'test', logger });
  const admin = kafka.admin();
  const topics = pipelineTopics(namespace);
  onTestFinished(async () => {
    await admin.deleteTopics(topics.map(({ name }) => name));
    await kafka.close();
  });
  await admin.ensureTopics(topics);
  return {
    options: { brokers, namespace, logger },
    kafka,
    async contents(topic) {
      const ends = await admin.topicEndOffsets(`${namespace}.${topic}`);
      let missing = [...ends.values()].reduce((sum, end) => sum + Number(end), 0);
      const found = new Map<string, unknown>();
      if (missing === 0) return found;
      await new Promise<void>((resolve, reject) => {
        const subscriber = kafka.subscriber({
          groupId: randomNamespace('reader'),
          topics: [`${namespace}.${topic}`],
          fromBeginning: true,
          handleBatch: async ({ partition, messages }) => {
            for (const { offset, value } of messages) {
              found.set(`${partition} ${offset}`, value && JSON.parse(Buffer.from(value).toString()));
            }
            missing -= messages.length;
            if (missing <= 0) resolve();
          },
          onCrash: reject,
        });
        subscriber.start().catch(reject);
      });
      return found;
    },
  };
}
