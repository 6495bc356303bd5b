import { randomUUID } from 'node:crypto';
import { atMost } from '@click-recall/runtime';
import type { KafkaAdmin } from './admin.js';
import type { KafkaClient } from './kafka-client.js';
import type { ConsumedBatch } from './message.js';
import { pause } from './pause.js';

export interface ReadTopicOptions {
  readonly topic: string;
  /** Groups of readers are named by this and something random. */
  readonly groupPrefix: string;
  /** Where each partition is read from; default: its oldest message. */
  readonly from?: ReadonlyMap<number, bigint>;
  readonly signal?: AbortSignal;
  /** Batches of different partitions come one after another. */
  readonly onBatch: (batch: ConsumedBatch) => void | Promise<void>;
}

/** How often it is asked whether what is left of a partition are but markers of transactions, ms. */
const ASK_MS = 500;

const DELETE_WITHIN_MS = 2_000;

/**
 * Reads a topic once, up to where it ends at the start of the reading.
 *
 * @throws what `onBatch` throws, or the reason of the signal
 */
export async function readTopic(kafka: KafkaClient, options: ReadTopicOptions): Promise<void> {
  const admin = kafka.admin();
  try {
    await readWith(admin, kafka, options);
  } finally {
    await admin.close();
  }
}

async function readWith(admin: KafkaAdmin, kafka: KafkaClient, options: ReadTopicOptions): Promise<void> {
  const { topic, groupPrefix, from, signal, onBatch } = options;
  const [starts, ends] = await Promise.all([admin.topicStartOffsets(topic), admin.topicEndOffsets(topic)]);
  const startOf = (partition: number): bigint => {
    const [oldest, wanted] = [starts.get(partition) ?? 0n, from?.get(partition) ?? 0n];
    return wanted > oldest ? wanted : oldest;
  };
  const left = new Map([...ends].filter(([partition, end]) => startOf(partition) < end));
  const groupId = `${groupPrefix}-${randomUUID()}`;
  let failure: { readonly error: unknown } | undefined;
  const subscriber = kafka.subscriber({
    groupId,
    topics: [topic],
    fromBeginning: true,
    resumeFrom: async ({ partition }) => String(startOf(partition)),
    async handleBatch(batch) {
      const end = left.get(batch.partition);
      if (end === undefined || failure) return;
      const messages = batch.messages.filter(({ offset }) => BigInt(offset) < end);
      try {
        if (messages.length > 0) await onBatch({ ...batch, messages });
      } catch (error) {
        failure = { error };
      }
      if (BigInt(batch.messages.at(-1)?.offset ?? -1) + 1n >= end) left.delete(batch.partition);
    },
    onCrash: (error) => (failure ??= { error }),
  });
  if (left.size === 0) return;
  try {
    await subscriber.start();
    for (let asked = Date.now(); left.size > 0 && !failure; await pause(10, signal)) {
      signal?.throwIfAborted();
      if (Date.now() - asked < ASK_MS) continue;
      const committed = await admin.groupOffsets(groupId, topic);
      for (const [partition, end] of left) if ((committed.get(partition) ?? 0n) >= end) left.delete(partition);
      asked = Date.now();
    }
  } finally {
    await subscriber.stop();
    // Who has no right to it, or no broker any more, leaves the group to expire.
    await atMost(DELETE_WITHIN_MS, admin.deleteGroup(groupId));
  }
  if (failure) throw failure.error;
}
