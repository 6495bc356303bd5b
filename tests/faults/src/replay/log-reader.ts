import type { ConsumedMessage, KafkaAdmin, KafkaClient } from '@click-recall/kafka';
import { eventually, randomNamespace } from '@click-recall/testing';

/** A topic, read by one reader, each message once and in the order of its partition. */
export interface LogReader {
  /** Reads to what is the end of the topic at the time of the call. */
  toEnd(): Promise<void>;
}

export interface LogReaderParts {
  readonly client: Pick<KafkaClient, 'subscriber'>;
  readonly admin: Pick<KafkaAdmin, 'topicEndOffsets'>;
  /** Full name. */
  readonly topic: string;
  readonly onMessage: (message: ConsumedMessage, partition: number) => void;
  readonly defer: (close: () => unknown) => void;
}

const READ_WITHIN_MS = 120_000;

export async function openLogReader({ client, admin, topic, onMessage, defer }: LogReaderParts): Promise<LogReader> {
  const next = new Map<number, bigint>();
  let crash: Error | undefined;
  const subscriber = client.subscriber({
    groupId: randomNamespace('reader'),
    topics: [topic],
    fromBeginning: true,
    // Ours and not the group's: a server that was killed may have forgotten what was committed.
    resumeFrom: async ({ partition }) => (next.get(partition) ?? 0n).toString(),
    handleBatch: async ({ partition, messages }) => {
      for (const message of messages) {
        const offset = BigInt(message.offset);
        if (offset < (next.get(partition) ?? 0n)) continue;
        onMessage(message, partition);
        next.set(partition, offset + 1n);
      }
    },
    onCrash: (error) => (crash = error),
  });
  defer(() => subscriber.stop());
  await subscriber.start();
  return {
    async toEnd() {
      const ends = await eventually(() => admin.topicEndOffsets(topic), { deadlineMs: READ_WITHIN_MS, everyMs: 200 });
      await eventually(
        () => {
          if (crash) throw crash;
          return [...ends].every(([partition, end]) => (next.get(partition) ?? 0n) >= end);
        },
        { deadlineMs: READ_WITHIN_MS },
      );
    },
  };
}
