import type { UserVectorStore } from '@click-recall/redis';
import type { VectorIndex } from '@click-recall/vector-index';
import type { OpenVersion } from './open-versions.js';

export interface FollowUsersDeps {
  readonly userVectors: Pick<UserVectorStore, 'get' | 'revisions'>;
  readonly index: Pick<VectorIndex, 'upsert' | 'remove'>;
}

/**
 * Makes the index of users (reverse recall) equal to the stored vectors of these users. Whoever wrote a vector calls it afterwards; since
 * it looks again after writing, several writers of one user in any order end with the newest vector, or none. Answers how many
 * vectors were shortened.
 */
export async function followUsers(
  { userVectors, index }: FollowUsersDeps,
  { version, spaces }: Pick<OpenVersion, 'version' | 'spaces'>,
  userIds: readonly string[],
): Promise<{ clamped: number }> {
  let clamped = 0;
  let pending = userIds;
  while (pending.length > 0) {
    const stored = await userVectors.get(version, pending);
    const entries = pending.flatMap((id, place) => {
      const vector = stored[place]?.vector;
      return vector?.length ? [{ id, vector }] : [];
    });
    const absent = pending.filter((_, place) => !stored[place]?.vector.length);
    if (entries.length > 0) clamped += (await index.upsert(spaces.users, entries)).clamped;
    if (absent.length > 0) await index.remove(spaces.users, absent);
    const revisions = await userVectors.revisions(version, pending);
    pending = pending.filter((_, place) => revisions[place] !== stored[place]?.revision);
  }
  return { clamped };
}
