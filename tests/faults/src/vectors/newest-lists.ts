import { recommendationSchema, topicName, type Recommendation } from '@click-recall/contracts';
import { openLogReader } from '../replay/log-reader.js';
import type { RowRun } from '../row.js';
import type { FaultPipeline } from '../world/open-world.js';

/** What a consumer of `recommendations` believes. */
export interface NewestLists {
  /** The newest list of each user; null for one who was forgotten. */
  readonly of: ReadonlyMap<string, Recommendation | null>;
  /** Reads to what is the end now. */
  toEnd(): Promise<void>;
}

/** Reads `recommendations` as its consumers should: of each user the newest revision, of equal ones the later message. */
export async function openNewestLists(
  { client, admin, namespace }: FaultPipeline,
  { defer }: Pick<RowRun, 'defer'>,
): Promise<NewestLists> {
  const newest = new Map<string, Recommendation | null>();
  const reader = await openLogReader({
    client,
    admin,
    topic: topicName('recommendations', namespace),
    onMessage: ({ key, value }) => {
      if (typeof key !== 'string') return;
      const known = newest.get(key);
      const list = value && recommendationSchema.parse(JSON.parse(Buffer.from(value).toString()));
      if (!list || !known || list.sequenceRevision >= known.sequenceRevision) newest.set(key, list);
    },
    defer,
  });
  return { of: newest, toEnd: () => reader.toEnd() };
}
