import { describe, expect, it } from 'vitest';
import { defaultRankerConfig } from '../networks/ranker/config.js';
import { createRanker } from '../networks/ranker/ranker-model.js';
import { circleItems, circleLists } from '../networks/ranker/test-lists.js';
import { deserializeRanker, serializeRanker } from './serialize-ranker.js';

const items = circleItems();

describe('a saved ranker', () => {
  it('scores as before, beside the vectors of its encoder', () => {
    const model = createRanker({ ...defaultRankerConfig, itemBuckets: 10 }, items);
    model.trainStep(circleLists(8, 1));
    const loaded = deserializeRanker(serializeRanker(model), items.vectors, items.dim);
    expect(loaded.itemCount).toBe(model.itemCount);
    expect(loaded.score(circleLists(3, 2))).toEqual(model.score(circleLists(3, 2)));
    for (const ranker of [model, loaded]) ranker.dispose();
  });

  it('is refused by the name of the file that is damaged or foreign', () => {
    const files = serializeRanker(createRanker(defaultRankerConfig, items));
    const flipped = files.get('weights.bin')!.slice();
    flipped[3]! ^= 1;
    const damaged = new Map(files).set('weights.bin', flipped);
    expect(() => deserializeRanker(damaged, items.vectors, items.dim)).toThrow(
      'weights.bin: the checksum does not match',
    );
    expect(() => deserializeRanker(new Map(), items.vectors, items.dim)).toThrow('manifest.json: is missing');
    expect(() => deserializeRanker(files, items.vectors, 4)).toThrow(
      'manifest.json: is for item vectors of 8 values, not of 4',
    );
    expect(() => deserializeRanker(files, items.vectors.slice(8), items.dim)).toThrow(
      'manifest.json: 320 numbers are not 41',
    );
  });
});
