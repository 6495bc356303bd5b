import type { Sequence, UserVectorStore } from '@click-recall/redis';
import type { OpenVersion } from './open-versions.js';

/** The vector of a user who has no item that the model knows: none. Kept like any other, so that it has a revision. */
const NONE = new Float32Array(0);

export interface WrittenVector {
  readonly userId: string;
  readonly revision: number;
  /** Empty where the model knows none of the user's items. */
  readonly vector: Float32Array;
}

/** Encodes sequences with a version and stores the vectors; answers those that were written, that is not older than what was there. */
export async function writeUserVectors(
  userVectors: Pick<UserVectorStore, 'put'>,
  { version, encoder }: OpenVersion,
  sequences: readonly Sequence[],
): Promise<WrittenVector[]> {
  const known = sequences.filter(({ revision }) => revision > 0);
  if (known.length === 0) return [];
  const vectors = await encoder.encode(known.map(({ events }) => events.map(({ itemId }) => itemId)));
  const entries = known.map(({ userId, revision }, index) => ({ userId, revision, vector: vectors[index] ?? NONE }));
  const written = await userVectors.put(version, entries, { onlyIfUserExists: true });
  return entries.filter((_, index) => written[index]);
}
