import { topicName, type TopicName } from '@click-recall/contracts';
import type { Origin, OutgoingMessage, Publisher } from '@click-recall/kafka';
import type { FaultPipeline } from '../world/open-world.js';

/** Publishes a few messages and resolves once Kafka has them. */
export async function publishOnce(
  { client, namespace }: Pick<FaultPipeline, 'client' | 'namespace'>,
  topic: TopicName,
  messages: readonly OutgoingMessage[],
): Promise<void> {
  const publisher = client.publisher();
  await publisher.publish(topicName(topic, namespace), messages);
  await publisher.close();
}

/** Publishes one message on a topic (full name), and says where it is. */
export async function publishAt(publisher: Publisher, topic: string, message: OutgoingMessage): Promise<Origin> {
  const [landed] = await publisher.publish(topic, [message]);
  if (!landed) throw new Error('nobody says where the message is');
  return { topic, partition: landed.partition, offset: BigInt(landed.offset) };
}
