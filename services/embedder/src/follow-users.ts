import type { UserVectorStore } from '@click-recall/redis';
import type { VectorIndex } from '@click-recall/vector-index';
import type { OpenVersion } from './open-versions.js';
import type { WrittenVector } from './write-user-vectors.js';

export interface FollowUsersDeps {
  readonly userVectors: Pick<UserVectorStore, 'get' | 'revisions'>;
  readonly index: Pick<VectorIndex, 'upsert' | 'remove'>;
}

/**
 * Makes the index of users (reverse recall) equal to the stored vectors of these users. Whoever wrote a vector calls it afterwards; since
 * it looks again after writing, several writers of one user in any order end with the newest vector, or none. Answers how many
 * vectors were shortened.
 *
 * @param written what the caller has just stored of them, which then need not be read
 */
export async function followUsers(
  { userVectors, index }: FollowUsersDeps,
  { version, spaces }: Pick<OpenVersion, 'version' | 'spaces'>,
  userIds: readonly string[],
  written: readonly WrittenVector[] = [],
): Promise<{ clamped: number }> {
  let clamped = 0;
  let pending = userIds;
  let known: ReadonlyMap<string, WrittenVector> = new Map(written.map((vector) => [vector.userId, vector]));
  while (pending.length > 0) {
    const stored = await current(pending, known);
    known = new Map();
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

  async function current(ids: readonly string[], vectors: ReadonlyMap<string, WrittenVector>) {
    const unknown = ids.filter((id) => !vectors.has(id));
    const read = unknown.length > 0 ? await userVectors.get(version, unknown) : [];
    const byId = new Map(unknown.map((id, place) => [id, read[place]]));
    return ids.map((id) => vectors.get(id) ?? byId.get(id));
  }
}
