import type { SequenceStore, UserVector, UserVectorStore } from '@click-recall/redis';
import type { LiveModel } from '../live/live-model.js';

export interface LiveVectorsDeps {
  readonly userVectors: Pick<UserVectorStore, 'get'>;
  readonly sequences: Pick<SequenceStore, 'read'>;
}

/**
 * Vectors under the live version, in the order asked for; undefined for users nobody knows, empty for those without a known item.
 * `atLeast`: the revision that each is known to have reached.
 */
export type LiveVectors = (
  live: LiveModel,
  userIds: readonly string[],
  atLeast?: readonly number[],
) => Promise<(UserVector | undefined)[]>;

/**
 * Reads the stored vectors, and encodes the sequences of users who have none under this version, or one that is too
 * old (it went live a moment ago, or no longer is and is not written to any more). A vector of another version is never used.
 */
export function createLiveVectors({ userVectors, sequences }: LiveVectorsDeps): LiveVectors {
  return async ({ version, encoder }, userIds, atLeast = []) => {
    const found = await userVectors.get(version, userIds);
    const stored = found.map((vector, place) =>
      vector && vector.revision >= (atLeast[place] ?? 0) ? vector : undefined,
    );
    const missing = userIds.filter((_, place) => !stored[place]);
    if (missing.length === 0) return stored;
    const read = (await sequences.read(missing, encoder.sequenceLength)).filter(({ revision }) => revision > 0);
    const vectors = await encoder.encode(read.map(({ events }) => events.map(({ itemId }) => itemId)));
    const encoded = new Map(
      read.map(({ userId, revision }, place) => [
        userId,
        { revision, vector: vectors[place] ?? new Float32Array(0) } satisfies UserVector,
      ]),
    );
    return stored.map((vector, place) => vector ?? encoded.get(userIds[place]!));
  };
}
