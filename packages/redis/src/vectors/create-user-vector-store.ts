import { loadScript } from '../connection/load-script.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { keysOf } from '../keys.js';
import { decodeUserVector, encodeUserVector, HEADER_BYTES, revisionIn } from './user-vector-bytes.js';

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
  /** In the order asked for; undefined where there is none, or something that is no vector. */
  get(version: string, userIds: readonly string[]): Promise<(UserVector | undefined)[]>;
  /** Revisions of the vectors, without the vectors; undefined where `get` gives none. */
  revisions(version: string, userIds: readonly string[]): Promise<(number | undefined)[]>;
  delete(version: string, userIds: readonly string[]): Promise<void>;
  /** Deletes the vectors of a version, a slice of users at a time. */
  drop(version: string, users: AsyncIterable<readonly string[]>): Promise<void>;
}

export function createUserVectorStore(
  { commands }: RedisConnection,
  { namespace }: { readonly namespace: string },
): UserVectorStore {
  const keys = keysOf(namespace);
  const script = loadScript('put-user-vector');

  const remove = async (version: string, userIds: readonly string[]): Promise<void> => {
    await commands.pipeline(userIds.map((userId) => ['UNLINK', keys.userVector(version, userId)]));
  };

  return {
    put: async (version, entries, { onlyIfUserExists = false } = {}) => {
      const replies = await commands.run(
        script,
        entries.map(({ userId, ...vector }) => ({
          keys: [keys.userVector(version, userId), keys.user(userId)],
          args: [encodeUserVector(vector), onlyIfUserExists ? 1 : 0],
        })),
      );
      return replies.map((reply) => reply === 1);
    },
    get: async (version, userIds) => {
      const replies = await commands.pipelineBytes(userIds.map((userId) => ['GET', keys.userVector(version, userId)]));
      return replies.map((reply) => (reply === null ? undefined : decodeUserVector(reply as Buffer)));
    },
    revisions: async (version, userIds) => {
      const replies = await commands.pipelineBytes(
        userIds.flatMap((userId) => {
          const key = keys.userVector(version, userId);
          return [
            ['STRLEN', key],
            ['GETRANGE', key, 0, HEADER_BYTES - 1],
          ];
        }),
      );
      return userIds.map((_, place) => revisionIn(replies[2 * place + 1] as Buffer, replies[2 * place] as number));
    },
    delete: remove,
    drop: async (version, users) => {
      for await (const slice of users) await remove(version, slice);
    },
  };
}
