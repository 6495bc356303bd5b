import { parseMessage, sequenceUpdateSchema } from '@click-recall/contracts';
import { keysOf, type RedisConnection } from '@click-recall/redis';
import type { ConsumedMessage } from '@click-recall/kafka';

/** What was said on `sequence-updates`, and whether that is what Redis holds. */
export interface UpdateLog {
  add(message: ConsumedMessage): void;
  /**
   * Compares it with Redis: whoever has a sequence was told of its revision, and the last word on whoever has none is that they were forgotten.
   *
   * @param userIds those who have a sequence
   * @returns one line a user of whom it does not hold
   */
  differences(redis: RedisConnection, namespace: string, userIds: readonly string[]): Promise<string[]>;
}

export function createUpdateLog(): UpdateLog {
  const revisions = new Map<string, Set<number>>();
  const forgotten = new Map<string, boolean>();
  const invalid: string[] = [];

  return {
    add({ value, offset }) {
      const parsed = parseMessage(sequenceUpdateSchema, value);
      if (!parsed.ok) return void invalid.push(`the update at ${offset} is not valid: ${parsed.rejection.message}`);
      const { userId, revision } = parsed.value;
      const told = revisions.get(userId) ?? new Set();
      revisions.set(userId, told.add(revision));
      forgotten.set(userId, parsed.value.forgotten);
    },
    async differences({ commands }, namespace, userIds) {
      const keys = keysOf(namespace);
      const stored = await commands.pipeline(userIds.map((userId) => ['HGET', keys.user(userId), 'revision']));
      const silent = userIds.flatMap((userId, place) =>
        revisions.get(userId)?.has(Number(stored[place]))
          ? []
          : [`no update tells of revision ${String(stored[place])} of ${userId}`],
      );
      const present = new Set(userIds);
      const lingering = [...forgotten].flatMap(([userId, gone]) =>
        gone || present.has(userId) ? [] : [`the last update of ${userId} does not say that they were forgotten`],
      );
      return [...invalid, ...silent, ...lingering];
    },
  };
}
