import type { RedisConnection } from '../connection/redis-connection.js';

export interface UserVector {
  /** Revision of the sequence that the vector was made of. */
  readonly revision: number;
  readonly vector: Float32Array;
}

/** The vector of each user under each model version. */
export interface UserVectorStore {
  /**
   * Writes vectors that are not older than the ones there; answers which were written.
   * With `onlyIfUserExists` none is written for a user who was forgotten, not even one made of the erased clicks of a user who came back.
   */
  put(
    version: string,
    entries: readonly ({ readonly userId: string } & UserVector)[],
    options?: { readonly onlyIfUserExists?: boolean },
  ): Promise<boolean[]>;
  /** In the order asked for; undefined where there is none. */
  get(version: string, userIds: readonly string[]): Promise<(UserVector | undefined)[]>;
  /** Revisions of the vectors, without the vectors; undefined where there is none. */
  revisions(version: string, userIds: readonly string[]): Promise<(number | undefined)[]>;
  delete(version: string, userIds: readonly string[]): Promise<void>;
  /** Deletes the vectors of a version, a slice of users at a time. */
  drop(version: string, users: AsyncIterable<readonly string[]>): Promise<void>;
}

export function createUserVectorStore(
  _redis: RedisConnection,
  _options: { readonly namespace: string },
): UserVectorStore {
  throw new Error('not built yet');
}
