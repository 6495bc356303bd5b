import { groupId, TOPIC_NAMES, topicName, type TopicName } from '@click-recall/contracts';
import type { KafkaAdmin } from '@click-recall/kafka';

export interface TopicStatus {
  readonly topic: string;
  /** Undefined: the topic does not exist. */
  readonly messages: number | undefined;
  /** The consumers of the pipeline, and how many messages each has yet to read. */
  readonly lag: readonly { readonly service: string; readonly messages: number }[];
}

/** Which services read a topic. */
const READERS: Readonly<Record<TopicName, readonly string[]>> = {
  clicks: ['ingest'],
  items: ['ingest', 'embedder-items', 'recall-items'],
  'sequence-updates': ['embedder'],
  'user-vectors': ['recall'],
  recommendations: [],
  'dead-letters': [],
};

/** Every topic: how much it holds and how far behind its readers are. */
export async function readTopics(admin: KafkaAdmin, namespace: string): Promise<TopicStatus[]> {
  const existing = new Set(await admin.listTopics());
  return Promise.all(
    TOPIC_NAMES.map(async (name) => {
      const topic = topicName(name, namespace);
      if (!existing.has(topic)) return { topic, messages: undefined, lag: [] };
      const [starts, ends] = await Promise.all([admin.topicStartOffsets(topic), admin.topicEndOffsets(topic)]);
      const messages = [...ends].reduce(
        (sum, [partition, end]) => sum + Number(end - (starts.get(partition) ?? 0n)),
        0,
      );
      const lag = READERS[name].map(async (service) => {
        return { service, messages: Number(await admin.lag(groupId(service, namespace), topic)) };
      });
      return { topic, messages, lag: await Promise.all(lag) };
    }),
  );
}
