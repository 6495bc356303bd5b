import type { OutgoingMessage } from '@click-recall/kafka';
import { expect, it } from 'vitest';
import { createPublishLists } from './publish-lists.js';

it('ends with a tombstone for a user who was forgotten while the list was made', async () => {
  const published: OutgoingMessage[] = [];
  const known = new Map([
    ['here', 7],
    ['forgotten', 0],
  ]);
  const publishLists = createPublishLists({
    publisher: {
      publish: async (_, messages) => {
        published.push(...messages);
        return [];
      },
    },
    sequences: { revisions: async (userIds) => userIds.map((userId) => known.get(userId) ?? 0) },
    topic: 'recommendations',
  });
  await publishLists([
    { key: 'here', value: 'a list' },
    { key: 'forgotten', value: 'a list' },
  ]);
  expect(published.map(({ key, value }) => [key, value])).toEqual([
    ['here', 'a list'],
    ['forgotten', 'a list'],
    ['forgotten', null],
  ]);
});
