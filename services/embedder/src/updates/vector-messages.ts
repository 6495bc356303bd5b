import type { ClickCause, UserVectorMessage } from '@click-recall/contracts';
import type { OutgoingMessage } from '@click-recall/kafka';
import type { WrittenVector } from '../write-user-vectors.js';

/** The messages on `user-vectors`: one a vector; users without any have nothing to say. */
export function vectorMessages(
  modelVersion: string,
  written: readonly WrittenVector[],
  causes: ReadonlyMap<string, ClickCause>,
): OutgoingMessage[] {
  return written.flatMap(({ userId, revision, vector }) => {
    const cause = causes.get(userId);
    if (vector.length === 0 || !cause) return [];
    const message: UserVectorMessage = {
      version: 1,
      userId,
      sequenceRevision: revision,
      modelVersion,
      vector: Array.from(vector),
      cause,
    };
    return [{ key: userId, value: JSON.stringify(message) }];
  });
}

/** The tombstones on `user-vectors` of users who were forgotten. */
export function forgottenMessages(userIds: readonly string[]): OutgoingMessage[] {
  return userIds.map((userId) => ({ key: userId, value: null }));
}
