import { createHash, randomBytes } from 'node:crypto';

/** `20261122T113000123Z-ab12cd`: sorts by time; six more digits tell versions of one millisecond apart. */
export const VERSION_PATTERN = /^\d{8}T\d{9}Z-[0-9a-f]{6}$/;

const RANKER = 'ranker-';

/** An id of a ranker: `ranker-20261122T113000123Z-ab12cd`; as `newVersionId`. */
export function newRankerId(now: number, maker?: string): string {
  return `${RANKER}${newVersionId(now, maker)}`;
}

/** Whether it is the id of a ranker, which is no model version: it belongs to one. */
export function isRankerId(version: string): boolean {
  return version.startsWith(RANKER);
}

/**
 * The id of a version made at `now` (ms since the epoch): a new one at each call, or always the same one for `maker`, so that who makes it
 * again after a crash makes no second version.
 */
export function newVersionId(now: number, maker?: string): string {
  const time = new Date(now).toISOString().replace(/[-:.]/g, '');
  const digits = maker === undefined ? randomBytes(3) : createHash('sha256').update(maker).digest().subarray(0, 3);
  return `${time}-${digits.toString('hex')}`;
}
