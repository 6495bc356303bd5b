import { groupId, topicName, type TopicName } from '@click-recall/contracts';
import { eventually } from '@click-recall/testing';
import type { FaultPipeline } from '../world/open-world.js';

/** Resolves once a service has read all of a topic; rejects after the deadline, with how far it is behind. */
export async function untilRead(
  { admin, namespace }: Pick<FaultPipeline, 'admin' | 'namespace'>,
  service: 'ingest' | 'embedder' | 'recall',
  topic: TopicName,
  deadlineMs: number,
): Promise<void> {
  const lag = (): Promise<bigint> => admin.lag(groupId(service, namespace), topicName(topic, namespace));
  await eventually(async () => (await lag()) === 0n, { deadlineMs, everyMs: 100 }).catch(async () => {
    throw new Error(`${service} is still ${await lag()} messages behind on ${topic}`);
  });
}
