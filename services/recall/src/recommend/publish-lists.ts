import type { OutgoingMessage, Publisher } from '@click-recall/kafka';
import type { SequenceStore } from '@click-recall/redis';

export interface PublishListsDeps {
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly sequences: Pick<SequenceStore, 'revisions'>;
  /** Full name of the `recommendations` topic. */
  readonly topic: string;
}

/**
 * Publishes recommendations. A user may be forgotten, and the tombstone be out, between the reading of what a list is made of and this:
 * whoever is gone afterwards gets another one.
 */
export function createPublishLists({ publisher, sequences, topic }: PublishListsDeps) {
  return async function publishLists(messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await publisher.publish(topic, [...messages]);
    const userIds = messages.flatMap(({ key }) => (typeof key === 'string' ? [key] : []));
    const revisions = await sequences.revisions(userIds);
    const gone = userIds.filter((_, place) => revisions[place] === 0);
    if (gone.length === 0) return;
    await publisher.publish(
      topic,
      gone.map((key) => ({ key, value: null })),
    );
  };
}
