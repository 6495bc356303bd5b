import { setTimeout as delay } from 'node:timers/promises';
import { topicName, type TopicName } from '@click-recall/contracts';
import type { PipelineAccess } from '../access.js';

const POLL_MS = 200;

/**
 * Waits until ingest has applied everything that is on its topics now. The markers in Redis say so, and not the group's
 * committed offsets: they move only after the writes.
 *
 * @param onProgress told how many messages are still to be applied
 */
export async function waitForIngest(
  pipeline: Pick<PipelineAccess, 'admin' | 'offsets'>,
  namespace: string,
  signal: AbortSignal,
  onProgress: (left: number) => void,
): Promise<void> {
  const ends = new Map<string, Map<number, bigint>>();
  for (const topic of INGESTED) {
    const name = topicName(topic, namespace);
    ends.set(name, await pipeline.admin.topicEndOffsets(name));
  }
  for (;;) {
    let left = 0n;
    for (const [topic, partitions] of ends) {
      for (const [partition, end] of partitions) {
        const applied = await pipeline.offsets.read(topic, partition);
        const next = applied === null ? 0n : BigInt(applied) + 1n;
        if (next < end) left += end - next;
      }
    }
    onProgress(Number(left));
    if (left === 0n) return;
    await delay(POLL_MS, undefined, { signal });
  }
}

const INGESTED: readonly TopicName[] = ['items', 'clicks'];
