import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@click-recall/testing';
import { expect, it, onTestFinished } from 'vitest';
import { watchDeletedItems } from './watch-deleted-items.js';

it('looks for deleted items soon again after a look that took long', async () => {
  let looks = 0;
  const listDeleted = async (): Promise<string[]> => {
    looks += 1;
    if (looks > 1) return ['gone'];
    await delay(300);
    return [];
  };
  const deleted = watchDeletedItems({ listDeleted }, 10);
  onTestFinished(() => deleted.close());
  // A twentieth of the time would be six seconds.
  await eventually(() => deleted.has('gone'), { deadlineMs: 4_000 });
  expect(looks).toBeGreaterThan(1);
});
