import { topicName } from '@click-recall/contracts';
import { createOffsetStore } from '@click-recall/redis';
import { eventually } from '@click-recall/testing';
import type { FaultPipeline } from '../world/open-world.js';

/** What of `clicks` and `items` ingest has not applied yet, by its markers: one line a partition; none when it has caught up. */
export async function unapplied({
  admin,
  redis,
  namespace,
}: Pick<FaultPipeline, 'admin' | 'redis' | 'namespace'>): Promise<string[]> {
  const offsets = createOffsetStore(redis, { namespace });
  const behind: string[] = [];
  for (const topic of [topicName('clicks', namespace), topicName('items', namespace)]) {
    for (const [partition, end] of await admin.topicEndOffsets(topic)) {
      const marker = await offsets.read(topic, partition);
      const applied = marker === null ? 0n : BigInt(marker) + 1n;
      if (applied < end) behind.push(`${topic}[${partition}] is applied up to ${applied} of ${end}`);
    }
  }
  return behind;
}

/** Resolves once ingest has applied all that is in the log; rejects after the deadline. */
export async function untilApplied(
  pipeline: Pick<FaultPipeline, 'admin' | 'redis' | 'namespace'>,
  deadlineMs = 90_000,
): Promise<void> {
  await eventually(async () => (await unapplied(pipeline)).length === 0, { deadlineMs, everyMs: 100 });
}
