import type { ConsumedMessage, KafkaAdmin, KafkaClient } from '@click-recall/kafka';
import { eventually, randomNamespace } from '@click-recall/testing';

/** A topic, read by one reader, each message once and in the order of its partition. */
export interface LogReader {
  /** Reads to what is the end of the topic at the time of the call; rejects where something in between did not come. */
  toEnd(): Promise<void>;
  /** How many messages were read, those of a batch that could not be read among them. */
  readonly count: () => number;
}

export interface LogReaderParts {
  readonly client: Pick<KafkaClient, 'subscriber'>;
  readonly admin: Pick<KafkaAdmin, 'topicEndOffsets'>;
  /** Full name. */
  readonly topic: string;
  /** The log has no offset without a message: nothing is compacted or cut, nobody writes transactions. A jump is then an error. */
  readonly gapless?: boolean;
  readonly onMessage: (message: ConsumedMessage, partition: number) => void;
  readonly defer: (close: () => unknown) => void;
}

const READ_WITHIN_MS = 120_000;

export async function openLogReader(parts: LogReaderParts): Promise<LogReader> {
  const { client, admin, topic, gapless = false, onMessage, defer } = parts;
  const next = new Map<number, bigint>();
  let count = 0;
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
        const expected = next.get(partition) ?? 0n;
        if (offset < expected) continue;
        // What stands for a batch that cannot be read has the offset of its last message.
        const messagesOf = message.unreadable?.records ?? 1;
        if (gapless && offset - BigInt(messagesOf) + 1n > expected)
          crash ??= new Error(`${topic}[${partition}] jumps from ${expected} to ${offset}`);
        count += messagesOf;
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
      await eventually(() => crash || [...ends].every(([partition, end]) => (next.get(partition) ?? 0n) >= end), {
        deadlineMs: READ_WITHIN_MS,
      });
      if (crash) throw crash;
    },
    count: () => count,
  };
}
