import type { Item } from '@click-recall/contracts';
import { spacesOf, type VersionedEncoder } from '@click-recall/encoding';
import type { BatchControl, ConsumedMessage } from '@click-recall/kafka';
import type { ColdVector } from '@click-recall/redis';
import { createMetrics } from '@click-recall/runtime';
import { createExactIndex } from '@click-recall/vector-index';
import { describe, expect, it } from 'vitest';
import { createNewItemPipeline } from './pipeline.js';
import { writeNewItems } from './write-new-items.js';

const spaces = spacesOf('v', 1, { items: 10, users: 10 });

/** The vector of a title is its length. */
const encoder = {
  rowOf: (itemId: string) => (itemId === 'known' ? 0 : undefined),
  coldItems: {
    vectorsOf: (items: readonly Pick<Item, 'title'>[]) =>
      items.map(({ title = '' }) => {
        if (title === 'unspeakable') throw new Error('no such word');
        return Float32Array.of(title.length);
      }),
  },
} as unknown as VersionedEncoder;

/** The store's ids come one in a slice. */
function setup(titles: Readonly<Record<string, string>>) {
  const cold = new Map<string, { itemId: string } & ColdVector>();
  const deps = {
    items: {
      get: async (itemIds: readonly string[]) =>
        itemIds.map((itemId): Item => ({ version: 1, itemId, title: titles[itemId] ?? '' })),
      async *listIds() {
        for (const itemId of Object.keys(titles)) yield [itemId];
      },
    },
    coldVectors: {
      get: async (_: string, itemIds: readonly string[]) => itemIds.map((itemId) => cold.get(itemId)),
      put: async (_: string, entries: readonly ({ itemId: string } & ColdVector)[]) => {
        for (const entry of entries) cold.set(entry.itemId, entry);
      },
      remove: async (_: string, itemIds: readonly string[]) => itemIds.forEach((itemId) => cold.delete(itemId)),
      async *list() {
        yield [...cold.values()];
      },
      count: async () => cold.size,
    },
    index: createExactIndex(),
  };
  const version = { version: 'v', encoder, spaces };
  const write = () => writeNewItems(deps, version, { signal: new AbortController().signal });
  return { cold, deps, version, write };
}

describe('an item that the mapping fails for', () => {
  it('costs none of the others its vector, whichever are looked at together with it', async () => {
    const { cold, write } = setup({ bad: 'unspeakable', good: 'abc' });
    expect(await write()).toMatchObject({ newItems: 1, written: 1, failed: 1, problem: 'no such word' });
    // And then it alone has none.
    expect(await write()).toMatchObject({ newItems: 1, written: 0, failed: 1 });
    expect([...cold.keys()]).toEqual(['good']);
  });

  it('leaves a version without new items where it fails for all', async () => {
    const { write } = setup({ bad: 'unspeakable', worse: 'unspeakable' });
    expect(await write()).toMatchObject({ newItems: null, written: 0, failed: 2 });
  });

  it('is counted, and no other item of its batch', async () => {
    const { deps, version } = setup({ bad: 'unspeakable', known: 'abc' });
    const metrics = createMetrics('test');
    const warnings: string[] = [];
    const handleBatch = createNewItemPipeline({
      ...deps,
      openVersions: async () => ({ live: version, building: [] }),
      offsets: { read: async () => '1' },
      metrics,
      logger: { warn: (_: unknown, message?: string) => void warnings.push(message ?? '') },
    });
    const messages = ['bad', 'known'].map((itemId, offset) => ({ offset: String(offset), key: itemId, value: null }));
    const batch = {
      topic: 'items',
      partition: 0,
      highWatermark: 2n,
      messages: messages as unknown as ConsumedMessage[],
    };
    await handleBatch(batch, { isStale: () => false } as BatchControl);
    expect((await metrics.newItemsFailed.get()).values.map(({ value }) => value)).toEqual([1]);
    expect(warnings).toEqual(['v gives no vector to 1 new items: no such word']);
  });
});
