import type { ModelStore, UserVectorStore } from '@click-recall/redis';
import type { VectorIndex } from '@click-recall/vector-index';
import { spacesOfRecord } from './spaces-of-record.js';

export interface ForgetUsersDeps {
  readonly models: Pick<ModelStore, 'list'>;
  readonly userVectors: Pick<UserVectorStore, 'delete'>;
  readonly index: Pick<VectorIndex, 'remove'>;
}

/** Deletes the vectors of users from every version there is. */
export async function forgetUsers(
  { models, userVectors, index }: ForgetUsersDeps,
  userIds: readonly string[],
): Promise<void> {
  if (userIds.length === 0) return;
  const forget = async (version: string, space: Parameters<VectorIndex['remove']>[0] | undefined): Promise<void> => {
    // The vectors first: whoever writes the index looks there last (see followUsers).
    await userVectors.delete(version, userIds);
    if (space) await index.remove(space, userIds);
  };
  await Promise.all((await models.list()).map((record) => forget(record.version, spacesOfRecord(record)?.users)));
}
