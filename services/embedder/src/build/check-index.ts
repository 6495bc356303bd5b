import { JobFailedError } from '@click-recall/jobs';
import type { ColdVectorStore, SequenceStore, UserVectorStore } from '@click-recall/redis';
import { recallAgainstExact, type VectorIndex } from '@click-recall/vector-index';
import { followUsers, type FollowUsersDeps } from '../follow-users.js';
import type { OpenVersion } from '../open-versions.js';

/** Queries of the comparison with the exact scan. */
const SAMPLE = 100;
const K = 100;
/** Less than this share of the exact nearest, and the index is not put to use. */
export const LEAST_RECALL = 0.95;

export interface CheckIndexDeps {
  readonly sequences: Pick<SequenceStore, 'listUsers' | 'recentUsers'>;
  readonly userVectors: Pick<UserVectorStore, 'get'>;
  readonly coldVectors: Pick<ColdVectorStore, 'count'>;
  readonly index: VectorIndex;
}

/** The index's recall@100 of items on the vectors of the most recent users; 1 when there is nobody to ask for. */
export async function measureRecall(
  { sequences, userVectors, index }: Omit<CheckIndexDeps, 'coldVectors'>,
  { version, spaces }: OpenVersion,
): Promise<number> {
  const stored = await userVectors.get(version, await sequences.recentUsers(SAMPLE));
  const queries = stored.flatMap((entry) => (entry && entry.vector.length > 0 ? [entry.vector] : []));
  return queries.length > 0 ? recallAgainstExact(index, spaces.items, queries, K) : 1;
}

/**
 * Throws a JobFailedError (`index-check-failed`) unless the index finds what an exact scan finds; any other error, to be tried again,
 * where it has not every item: what is missing is written then.
 */
export async function checkItems(deps: CheckIndexDeps, version: OpenVersion): Promise<number> {
  const ofModel = version.encoder.itemIds.length;
  // New items come and go while we count: there are at least as many as at the one time or the other.
  const before = await deps.coldVectors.count(version.version);
  const found = await deps.index.count(version.spaces.items);
  const newItems = Math.min(before, await deps.coldVectors.count(version.version));
  const isRight = version.encoder.coldItems ? found >= ofModel + newItems : found === ofModel;
  if (!isRight) {
    const others = newItems > 0 ? ` and ${newItems} new ones` : '';
    throw new Error(`the index has ${found} items, the model ${ofModel}${others}`);
  }
  const recall = await measureRecall(deps, version);
  if (recall < LEAST_RECALL) {
    throw new JobFailedError(
      'index-check-failed',
      `the index finds ${recall.toFixed(3)} of the exact nearest ${K} items, at least ${LEAST_RECALL} is asked for`,
    );
  }
  return recall;
}

/** Whether the index of users has fewer than there are vectors; asked after {@link removeStrays}, or those could stand for missing ones. */
export async function lacksUsers(
  { sequences, userVectors, index }: Omit<CheckIndexDeps, 'coldVectors'>,
  { version, spaces }: OpenVersion,
): Promise<boolean> {
  let vectors = 0;
  for await (const slice of sequences.listUsers()) {
    const stored = await userVectors.get(version, slice);
    vectors += stored.filter((entry) => entry && entry.vector.length > 0).length;
  }
  return (await index.count(spaces.users)) < vectors;
}

/** Puts those into the index of users who have a vector and are not in it: each is looked up, so users who come and go meanwhile do no harm. */
export async function addMissing(
  deps: FollowUsersDeps & Pick<CheckIndexDeps, 'sequences' | 'userVectors' | 'index'>,
  opened: OpenVersion,
): Promise<void> {
  for await (const slice of deps.sequences.listUsers()) {
    const stored = await deps.userVectors.get(opened.version, slice);
    const withVector = slice.filter((_, place) => (stored[place]?.vector.length ?? 0) > 0);
    const found = await deps.index.vectors(opened.spaces.users, withVector);
    const missing = withVector.filter((_, place) => found[place] === undefined);
    if (missing.length > 0) await followUsers(deps, opened, missing);
  }
}

/** Takes those out of the index of users who have no vector: forgotten while a process that has ended since was writing the index. */
export async function removeStrays(
  deps: FollowUsersDeps & { readonly index: Pick<VectorIndex, 'list'> },
  opened: OpenVersion,
): Promise<void> {
  for await (const slice of deps.index.list(opened.spaces.users)) {
    const revisions = await deps.userVectors.revisions(opened.version, slice);
    const strays = slice.filter((_, place) => revisions[place] === undefined);
    if (strays.length > 0) await followUsers(deps, opened, strays);
  }
}
