import { describe, expect, it } from 'vitest';
import { defaultTwoTowerConfig } from '../networks/two-tower/config.js';
import { fitTwoTowerFeatures } from '../networks/two-tower/features.js';
import { trainTwoTower } from '../networks/two-tower/train-two-tower.js';
import { createTwoTower, type TwoTower } from '../networks/two-tower/two-tower.js';
import { deserializeTwoTower, serializeTwoTower } from './serialize-two-tower.js';

const config = { ...defaultTwoTowerConfig.towers, embedding: 3, layers: [4, 2], maxTokens: 9, categories: true };
const items = [
  { id: 'a', title: 'Ärger im Paradies', categories: ['Drama'] },
  { id: 'b', title: 'The B' },
];
const queries = { userIds: ['u', 'v', 'u'], timestamps: [1.5e12, 1.6e12, 1.7e12] };
const training = { ...defaultTwoTowerConfig.training, batchSize: 2 };

function fresh(): TwoTower {
  return createTwoTower(config, fitTwoTowerFeatures(config, queries, items), 1);
}

async function train(towers: TwoTower, epochs: number): Promise<TwoTower> {
  const pairs = {
    queries: towers.features.queries(queries),
    positives: Int32Array.of(0, 1, 1),
    candidates: towers.features.candidates(items),
  };
  await trainTwoTower({ towers, pairs, config: { ...training, epochs } });
  return towers;
}

describe('saved two towers', () => {
  it('go on from where they were, features and optimizer too', async () => {
    const towers = await train(fresh(), 2);
    const loaded = deserializeTwoTower(serializeTwoTower(towers));
    expect(loaded.features.queries(queries)).toEqual(towers.features.queries(queries));
    expect(loaded.features.candidates(items)).toEqual(towers.features.candidates(items));
    await train(towers, 1);
    await train(loaded, 1);
    expect(loaded.snapshot()).toEqual(towers.snapshot());
  });

  it.each(['manifest.json', 'weights.bin', 'optimizer.bin'])(
    'are refused by the name of %s when it is damaged',
    (file) => {
      const files = serializeTwoTower(fresh());
      const bytes = Uint8Array.from(files.get(file)!);
      bytes[bytes.length - 5]! ^= 1;
      expect(() => deserializeTwoTower(new Map([...files, [file, bytes]]))).toThrow(
        expect.objectContaining({ name: 'ModelArtifactError', file }),
      );
    },
  );

  it('are refused when a file is cut short, missing or of another version', () => {
    const files = serializeTwoTower(fresh());
    const short = files.get('weights.bin')!.subarray(4);
    expect(() => deserializeTwoTower(new Map([...files, ['weights.bin', short]]))).toThrow(/weights.bin: \d+ bytes/);
    const json = Buffer.from(files.get('manifest.json')!).toString();
    const other = Buffer.from(json.replace('"formatVersion": 1', '"formatVersion": 7'));
    expect(() => deserializeTwoTower(new Map([...files, ['manifest.json', other]]))).toThrow(
      'manifest.json: is of version 7, this program reads 1',
    );
    expect(() => deserializeTwoTower(new Map())).toThrow('manifest.json: is missing');
  });
});
