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
    ranker: undefined,
    activatedAt: 0,
    spaces,
    hasMapping: false,
    itemVectors: new Float32Array(100),
    encoder: {
      version: 'v',
      dim: 1,
      sequenceLength: 1,
      itemIds: ITEMS,
      rowOf: (itemId) => (itemId === 'i5' ? undefined : ITEMS.indexOf(itemId)),
      encode: async () => [],
      itemVectors: () => new Float32Array(100),
      coldItems: undefined,
      dispose: () => undefined,
    },
  };
  const ask = async (
    limit: number,
    exclude: readonly string[] = [],
    category?: string,
    upTo?: number,
  ): Promise<string[]> => {
    const request = { vector: Float32Array.of(1), limit, upTo, exclude: new Set(exclude), category };
    const found = await nearest(live, request);
    return found.map(({ itemId }) => itemId);
  };
  const channels = async (limit: number) => {
    const found = await nearest(live, { vector: Float32Array.of(1), limit, exclude: new Set() });
    return found.map(({ channel }) => channel);
  };
  return { ask, channels, limits };
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

  it('say which of them the model has not seen', async () => {
    const { channels } = await setup();
    expect(await channels(7)).toEqual(['nearest', 'nearest', 'nearest', 'nearest', 'nearest', 'new', 'nearest']);
  });

  it('are as many as a ranker is to choose from, but looked for no further than for the limit', async () => {
    const { ask, limits } = await setup();
    expect(await ask(2, ['i1'], undefined, 5)).toEqual(['i0', 'i2', 'i3', 'i4', 'i5']);
    expect(await ask(2, [], 'rare', 20)).toEqual(['i0', 'i10']);
    expect(limits).toEqual([6, 20]);
  });

  it('are as many as there are, where there are not enough', async () => {
    const { ask, limits } = await setup();
    expect(await ask(20, ['i10'], 'rare')).toEqual(['i0', 'i20', 'i30', 'i40', 'i50', 'i60', 'i70', 'i80', 'i90']);
    expect(limits).toEqual([41, 82, 164]);
  });
});
