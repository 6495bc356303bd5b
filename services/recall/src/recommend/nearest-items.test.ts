import { spacesOf } from '@click-recall/encoding';
import { createExactIndex } from '@click-recall/vector-index';
import { describe, expect, it } from 'vitest';
import type { LiveModel } from '../live/live-model.js';
import { createItemFilter } from './item-filter.js';
import { createNearestItems } from './nearest-items.js';

const ITEMS = Array.from({ length: 100 }, (_, place) => `i${place}`);
const spaces = spacesOf('v', 1, { items: 1000, users: 1000 });

/** Item i scores 100 - i for the query [1]; every tenth is of the category `rare`. */
async function setup(deleted: readonly string[] = []) {
  const index = createExactIndex();
  await index.upsert(
    spaces.items,
    ITEMS.map((id, place) => ({ id, vector: Float32Array.of(100 - place) })),
  );
  const limits: number[] = [];
  const items = {
    get: async (ids: readonly string[]) =>
      ids.map((id) => ({ categories: Number(id.slice(1)) % 10 === 0 ? ['rare'] : [] })),
  };
  const filter = createItemFilter({ has: (itemId) => deleted.includes(itemId) }, items);
  const nearest = createNearestItems(
    {
      search: (space, query, options) => {
        limits.push(options.limit);
        return index.search(space, query, options);
      },
    },
    filter,
  );
  const live: LiveModel = {
    version: 'v',
    ranker: '',
    activatedAt: 0,
    spaces,
    itemVectors: new Float32Array(100),
    encoder: {
      version: 'v',
      dim: 1,
      sequenceLength: 1,
      itemIds: ITEMS,
      rowOf: () => undefined,
      encode: async () => [],
      itemVectors: () => new Float32Array(100),
      dispose: () => undefined,
    },
  };
  const ask = async (limit: number, exclude: readonly string[] = [], category?: string): Promise<string[]> => {
    const found = await nearest(live, { vector: Float32Array.of(1), limit, exclude: new Set(exclude), category });
    return found.map(({ itemId }) => itemId);
  };
  return { ask, limits };
}

describe('the nearest items', () => {
  it('are found in one search where nothing much is dropped', async () => {
    const { ask, limits } = await setup(['i0']);
    expect(await ask(3, ['i1', 'i2'])).toEqual(['i3', 'i4', 'i5']);
    expect(limits).toEqual([8]);
  });

  it('are looked for further out until there are enough', async () => {
    const { ask, limits } = await setup();
    expect(await ask(4, [], 'rare')).toEqual(['i0', 'i10', 'i20', 'i30']);
    expect(limits).toEqual([8, 16, 32]);
  });

  it('are as many as there are, where there are not enough', async () => {
    const { ask, limits } = await setup();
    expect(await ask(20, ['i10'], 'rare')).toEqual(['i0', 'i20', 'i30', 'i40', 'i50', 'i60', 'i70', 'i80', 'i90']);
    expect(limits.at(-1)).toBe(100);
  });
});
