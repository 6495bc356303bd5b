import { eventually } from '@click-recall/testing';
import { createMetrics } from '@click-recall/runtime';
import { expect, it, onTestFinished } from 'vitest';
import { ITEMS, openTestEmbedder } from '../open-test-embedder.js';
import { keepNewItems } from './keep-new-items.js';

it(
  'gives back what a Redis that came back with older data has lost, and takes away what it should not have',
  { timeout: 60_000 },
  async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    for (const itemId of ['lost', 'half lost', 'kept', 'back']) await test.storeItem(itemId, { title: 'word1' });
    const running = await test.start();
    const version = await test.writeModel(1, ITEMS, { mapping: true });
    await test.switchTo(version);
    await running.stop();
    const { encoder, spaces } = await test.openModel(version);
    const [before] = await test.coldVectors.get(version, ['lost']);
    await test.index.remove(spaces.items, ['lost', 'half lost']);
    await test.coldVectors.remove(version, ['lost']);
    await test.storeItem('back', { title: 'word1', deleted: true });

    const metrics = createMetrics('test');
    const log = { info: () => undefined, debug: () => undefined };
    const keeping = keepNewItems({
      ...test,
      openVersions: async () => ({ live: { version, encoder, spaces }, building: [] }),
      metrics,
      logger: log,
      signal: new AbortController().signal,
      everyMs: 10,
    });
    onTestFinished(() => keeping.stop());
    await eventually(async () => {
      expect(await test.coldVectors.get(version, ['lost'])).toEqual([before]);
      expect(await test.coldVectors.count(version)).toBe(3);
      // The hash says that one of them is there.
      expect(await test.index.count(spaces.items)).toBe(ITEMS.length + 3);
    });
    // What was right is left alone.
    const written = (await metrics.vectorsWritten.get()).values.find(({ labels }) => labels.kind === 'new-items');
    expect(written?.value).toBe(2);
  },
);
