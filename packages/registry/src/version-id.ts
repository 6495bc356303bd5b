import { randomBytes } from 'node:crypto';

/** `20261122T113000123Z-ab12cd`: sorts by time of making; six random digits tell versions of one millisecond apart. */
export const VERSION_PATTERN = /^\d{8}T\d{9}Z-[0-9a-f]{6}$/;

const RANKER = 'ranker-';

/** A new id of a ranker: `ranker-20261122T113000123Z-ab12cd`. */
export function newRankerId(now: number): string {
  return `${RANKER}${newVersionId(now)}`;
}

/** Whether it is the id of a ranker, which is no model version: it belongs to one. */
export function isRankerId(version: string): boolean {
  return version.startsWith(RANKER);
}

/** A new version id, made at `now` (ms since the epoch). */
export function newVersionId(now: number): string {
  const time = new Date(now).toISOString().replace(/[-:.]/g, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}
