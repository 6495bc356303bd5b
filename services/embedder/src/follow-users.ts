import type { UserVectorStore } from '@click-recall/redis';
import type { VectorIndex } from '@click-recall/vector-index';
import type { OpenVersion } from './open-versions.js';
import type { WrittenVector } from './write-user-vectors.js';

export interface FollowUsersDeps {
  readonly userVectors: Pick<UserVectorStore, 'get' | 'revisions'>;
  readonly index: Pick<VectorIndex, 'upsert' | 'remove'>;
}

/**
 * Users in one look, write and look again. While many are written, few stay as they were: with all of them at once, a look after the write
 * finds as many that have changed as before, and it never ends under a load that a server can otherwise bear.
 */
const SLICE = 64;

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
  const fresh: ReadonlyMap<string, WrittenVector> = new Map(written.map((vector) => [vector.userId, vector]));
  for (let start = 0; start < userIds.length; start += SLICE) await follow(userIds.slice(start, start + SLICE));
  return { clamped };

  async function follow(slice: readonly string[]): Promise<void> {
    let known = fresh;
    for (let pending = slice; pending.length > 0;) {
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
  }

  async function current(ids: readonly string[], vectors: ReadonlyMap<string, WrittenVector>) {
    const unknown = ids.filter((id) => !vectors.has(id));
    const read = unknown.length > 0 ? await userVectors.get(version, unknown) : [];
    const byId = new Map(unknown.map((id, place) => [id, read[place]]));
    return ids.map((id) => vectors.get(id) ?? byId.get(id));
  }
}
