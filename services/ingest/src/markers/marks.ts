import type { PartitionMark } from '@click-recall/redis';

/** Marks in a window; more would be finer, and longer to store. */
const IN_WINDOW = 10;

/** The marks with one more, oldest first: as many as the window needs, and one from before it. `windowMs` as for {@link standBefore}. */
export function addMark(
  marks: readonly PartitionMark[],
  now: PartitionMark,
  windowMs: number,
): readonly PartitionMark[] {
  // The partition went back: what was applied beyond is applied again, and may be lost again.
  const valid = marks.filter(({ next }) => BigInt(next) <= BigInt(now.next));
  const last = valid.at(-1);
  if (last && now.atMs - last.atMs < windowMs / IN_WINDOW) return valid;
  const lastBefore = valid.findLastIndex(({ atMs }) => atMs <= now.atMs - windowMs);
  return [...valid.slice(Math.max(0, lastBefore)), now];
}

/**
 * Where the partition stood `windowMs` before a time, or somewhat earlier; the beginning when that is not known. It goes by when messages were applied,
 * not by when they were sent: ingest may be far behind.
 */
export function standBefore(marks: readonly PartitionMark[], atMs: number, windowMs: number): bigint {
  return BigInt(marks.findLast((mark) => mark.atMs <= atMs - windowMs)?.next ?? 0);
}
