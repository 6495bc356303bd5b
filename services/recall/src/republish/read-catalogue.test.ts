import type { ColdItemVector } from '@click-recall/redis';
import { describe, expect, it } from 'vitest';
import type { LiveModel } from '../live/live-model.js';
import { readCatalogue } from './read-catalogue.js';

const MODEL = {
  version: 'v',
  hasMapping: true,
  itemVectors: Float32Array.of(9, 9),
  encoder: { dim: 2, itemIds: ['known'], rowOf: (itemId: string) => (itemId === 'known' ? 0 : undefined) },
} as unknown as LiveModel;

function storeOf(slices: readonly ColdItemVector[][], former: Readonly<Record<string, Float32Array>> = {}) {
  return {
    async *list() {
      yield* slices;
    },
    former: async (_: string, itemIds: readonly string[]) => itemIds.map((itemId) => former[itemId]),
  };
}

/** What the catalogue says of an item. */
async function vectorsOf(store: ReturnType<typeof storeOf>, deleted?: string[]): Promise<Record<string, number[]>> {
  const [seen, unseen] = await readCatalogue(store, MODEL, deleted);
  expect(seen).toMatchObject({ channel: 'nearest', itemIds: ['known'] });
  if (!unseen) return {};
  expect(unseen.channel).toBe('new');
  expect(unseen.vectors).toHaveLength(2 * unseen.itemIds.length);
  const vectorAt = (row: number): number[] => [...unseen.vectors.subarray(2 * row, 2 * row + 2)];
  return Object.fromEntries(unseen.itemIds.map((itemId) => [itemId, vectorAt(unseen.rowOf(itemId)!)]));
}

describe('the catalogue of a republication', () => {
  it('has each new item with its vector, in however many slices they come', async () => {
    const entries = Array.from({ length: 23 }, (_, place) => ({
      itemId: `new-${place}`,
      vector: Float32Array.of(place, -place),
    }));
    const slices = [entries.slice(0, 1), entries.slice(1, 4), entries.slice(4, 17), entries.slice(17)];
    expect(await vectorsOf(storeOf(slices))).toEqual(
      Object.fromEntries(entries.map(({ itemId, vector }) => [itemId, [...vector]])),
    );
    expect(await vectorsOf(storeOf([]))).toEqual({});
  });

  it('has of the deleted items those that had a vector, once each', async () => {
    const store = storeOf([[{ itemId: 'here', vector: Float32Array.of(1, 2) }]], {
      gone: Float32Array.of(3, 4),
      here: Float32Array.of(5, 6),
      known: Float32Array.of(7, 8),
    });
    const deleted = ['gone', 'here', 'known', 'unheard of', 'gone'];
    expect(await vectorsOf(store, deleted)).toEqual({ here: [1, 2], gone: [3, 4] });
    expect(await vectorsOf(store)).toEqual({ here: [1, 2] });
  });
});
