import { TOPIC_NAMES, TOPICS, topicName } from '@click-recall/contracts';
import type { TopicConfig } from './admin.js';

/** Every topic of the pipeline as it is on the broker, for `ensureTopics`. */
export function pipelineTopics(namespace: string): TopicConfig[] {
  return TOPIC_NAMES.map((topic) => {
    const { partitions, cleanup, retentionMs } = TOPICS[topic];
    return { name: topicName(topic, namespace), partitions, cleanup, retentionMs };
  });
}
