import { expect, it } from 'vitest';
import { eventually } from '@click-recall/testing';
import { ITEMS, openTestEmbedder } from './open-test-embedder.js';

it(
  'tells what the live indexes hold, and what was deleted from them until it is embedded again',
  { timeout: 60_000 },
  async () => {
    const test = await openTestEmbedder();
    for (const userId of ['a', 'b', 'c']) await test.click(userId, ITEMS[0]!);
    await test.click('without a known item', 'unheard of');
    const { context } = await test.start();
    const version = await test.writeModel();
    await test.switchTo(version);
    const { spaces } = await test.openModel(version);
    const gauges = async (): Promise<Record<string, number>> => {
      const { body } = await context.metrics.scrape();
      const lines = body.matchAll(/click_recall_index_(\w+)\{kind="([\w-]+)",service="embedder"\} (\d+)/g);
      return Object.fromEntries([...lines].map(([, gauge, kind, value]) => [`${gauge} ${kind}`, Number(value)]));
    };
    const whole = {
      'size items': ITEMS.length,
      'size users': 3,
      'missing items': 0,
      'missing users': 0,
      'missing user-vectors': 0,
    };
    expect(await gauges()).toEqual(whole);

    await test.index.drop(spaces.items);
    await test.index.remove(spaces.users, ['a', 'b']);
    await test.userVectors.delete(version, ['c']);
    // A vector follows its click by a moment: whoever lacks one only once is not told of.
    expect(await gauges()).toMatchObject({ 'size items': 0, 'missing items': ITEMS.length, 'missing users': 0 });
    expect(await gauges()).toMatchObject({
      'missing items': ITEMS.length,
      'missing users': 2,
      'missing user-vectors': 1,
    });

    const id = await test.jobs.add('embed', { modelVersion: version });
    expect(await test.jobs.waitFor('embed', id, { timeoutMs: 25_000, pollMs: 50 })).toMatchObject({
      kind: 'completed',
    });
    await eventually(async () => expect(await gauges()).toEqual(whole));
  },
);
