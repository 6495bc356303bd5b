import type { VersionedEncoder } from '@click-recall/encoding';
import { spacesOf } from '@click-recall/encoding';
import { JobFailedError } from '@click-recall/jobs';
import { createExactIndex } from '@click-recall/vector-index';
import { expect, it } from 'vitest';
import { checkItems, lacksUsers, removeStrays } from './check-index.js';

const nobody = {
  sequences: { async *listUsers(): AsyncIterable<string[]> {}, recentUsers: async () => [] },
  userVectors: { get: async () => [] },
  coldVectors: { count: async () => 0 },
};

it('has items that are missing written by another attempt', async () => {
  const index = createExactIndex();
  const spaces = spacesOf('v', 1, { items: 2, users: 2 });
  const encoder = { itemIds: ['a', 'b'] } as unknown as VersionedEncoder;
  await index.upsert(spaces.items, [{ id: 'a', vector: Float32Array.of(1) }]);
  const check = () => checkItems({ ...nobody, index }, { version: 'v', encoder, spaces });
  const error: unknown = await check().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: 'the index has 1 items, the model 2' });
  // A JobFailedError is never tried again.
  expect(error).not.toBeInstanceOf(JobFailedError);
  await index.upsert(spaces.items, [{ id: 'b', vector: Float32Array.of(1) }]);
  expect(await check()).toBe(1);
});

it('takes those out of the index of users who were forgotten while a process that has ended since was writing it', async () => {
  const index = createExactIndex();
  const spaces = spacesOf('v', 1, { items: 2, users: 2 });
  const vector = Float32Array.of(1);
  const users = new Map([
    ['here', { revision: 3, vector }],
    ['without a known item', { revision: 1, vector: new Float32Array(0) }],
  ]);
  const deps = {
    index,
    sequences: {
      async *listUsers() {
        yield [...users.keys()];
      },
      recentUsers: async () => [],
    },
    userVectors: {
      get: async (_: string, userIds: readonly string[]) => userIds.map((userId) => users.get(userId)),
      revisions: async (_: string, userIds: readonly string[]) => userIds.map((userId) => users.get(userId)?.revision),
    },
  };
  const version = { version: 'v', encoder: {} as VersionedEncoder, spaces };
  expect(await lacksUsers(deps, version)).toBe(true);
  await index.upsert(spaces.users, [
    { id: 'here', vector },
    { id: 'forgotten', vector },
  ]);
  await removeStrays(deps, version);
  expect(await lacksUsers(deps, version)).toBe(false);
  expect((await index.search(spaces.users, vector, { limit: 9 })).map(({ id }) => id)).toEqual(['here']);
});
