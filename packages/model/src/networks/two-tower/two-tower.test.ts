import { describe, expect, it } from 'vitest';
import { ModelConfigError } from '../../errors.js';
import { rankAmongCandidates, topKAccuracy } from '../../evaluation/top-k-accuracy.js';
import { tensorCount } from '../../kernels/tensorflow.js';
import { createRandom } from '../../random/random.js';
import { defaultTwoTowerConfig, parseTwoTowerConfig, parseTwoTowerTrainingConfig } from './config.js';
import { fitTwoTowerFeatures, type ItemDescription, type Queries } from './features.js';
import type { Pairs } from './pair-batches.js';
import { trainTwoTower, type TrainTwoTowerRequest } from './train-two-tower.js';
import { createTwoTower, type TwoTower } from './two-tower.js';

const model = { ...defaultTwoTowerConfig.towers, embedding: 4, layers: [8, 4], timestampBuckets: 5, maxTokens: 20 };
const training = { ...defaultTwoTowerConfig.training, batchSize: 64, epochs: 4 };

/** Users of even number like red items, the others blue ones. */
const items: ItemDescription[] = Array.from({ length: 20 }, (_, at) => ({
  id: `item ${at}`,
  title: `${at % 2 === 0 ? 'Red' : 'Blue'}, number ${at}`,
}));
const random = createRandom(3);
const clicks = Array.from({ length: 300 }, () => {
  const user = random.below(10);
  return { user, item: 2 * random.below(10) + (user % 2), time: random.below(1000) };
});
const queries: Queries = {
  userIds: clicks.map(({ user }) => `user ${user}`),
  timestamps: clicks.map(({ time }) => time),
};

function fresh(seed = 1): { towers: TwoTower; pairs: Pairs } {
  const features = fitTwoTowerFeatures(model, queries, items);
  const pairs = {
    queries: features.queries(queries),
    positives: Int32Array.from(clicks, ({ item }) => item),
    candidates: features.candidates(items),
  };
  return { towers: createTwoTower(model, features, seed), pairs };
}

async function trained(request: Partial<TrainTwoTowerRequest> = {}): Promise<TwoTower> {
  const { towers, pairs } = fresh();
  await trainTwoTower({ towers, pairs, config: training, ...request });
  return towers;
}

describe('two towers', () => {
  it('learn who likes what', async () => {
    const { towers, pairs } = fresh();
    const accuracy = async (): Promise<number> => {
      const vectors = {
        queries: towers.queryVectors(pairs.queries),
        candidates: towers.candidateVectors(pairs.candidates),
      };
      const ranks = await rankAmongCandidates({ ...vectors, dim: towers.dim, targets: pairs.positives });
      return topKAccuracy(ranks, [10])[0]!;
    };
    const before = await accuracy();
    const { epochs } = await trainTwoTower({ towers, pairs, config: { ...training, epochs: 15 } });
    expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss - 0.3);
    expect(before).toBeLessThan(0.75);
    expect(await accuracy()).toBeGreaterThan(0.95);
  });

  it('tell by its title what an item is like that has no id, when ids are left out while training', async () => {
    const config = { ...training, epochs: 15, unknownIds: 0.5 };
    const towers = await trained({ config });
    const described = towers.features.candidates([
      { id: 'new', title: 'Something red' },
      { id: 'newer', title: 'Something blue' },
    ]);
    const [red = 0, blue = 0] = scores(towers, 'user 2', towers.candidateVectors(described));
    expect(red).toBeGreaterThan(blue);
  });

  it('end with the same weights when taken up after an interruption', async () => {
    const whole = await trained({ config: { ...training, dropout: 0.3, unknownIds: 0.2, hotWeights: 'corrected' } });
    const { towers, pairs } = fresh();
    const config = { ...training, dropout: 0.3, unknownIds: 0.2, hotWeights: 'corrected' } as const;
    await trainTwoTower({ towers, pairs, config: { ...config, epochs: 2 } });
    const saved = towers.snapshot();
    const other = fresh(9).towers;
    other.restore(saved);
    await trainTwoTower({ towers: other, pairs, config, epochsDone: 2 });
    expect(other.snapshot()).toEqual(whole.snapshot());
  });

  it('touch only the rows of the batch, whatever stands beside the loss', () => {
    const { towers, pairs } = fresh();
    const before = towers.snapshot();
    const one = { users: Int32Array.of(3), buckets: Int32Array.of(2), times: Float32Array.of(0.5) };
    const candidates = towers.features.candidates(items.slice(0, 2));
    const batch = { queries: one, candidates, positives: Int32Array.of(1) };
    towers.trainStep(batch, { ...training, l2: 0.1 });
    const after = towers.snapshot();
    const changed = (name: string): number[] => {
      const { shape, value } = before.get(name)!;
      const width = shape[1]!;
      const now = after.get(name)!.value;
      return [...new Set([...value.keys()].filter((at) => value[at] !== now[at]).map((at) => Math.floor(at / width)))];
    };
    expect(changed('user.id')).toEqual([3]);
    expect(changed('user.bucket')).toEqual([2]);
    expect(new Set(changed('item.title'))).toEqual(new Set(pairs.candidates.ids.subarray(0, 2)));
    expect(changed('item.token')).not.toContain(0);
  });

  it('take a batch of one, an unknown user and an item without a title', () => {
    const { towers } = fresh();
    const query = towers.features.queries({ userIds: ['nobody'], timestamps: [1e9] });
    expect([...query.users, ...query.buckets]).toEqual([0, 5]);
    expect(towers.queryVectors(query)).toHaveLength(4);
    const vectors = towers.candidateVectors(towers.features.candidates([{ id: 'x' }, { id: 'y', title: '...' }]));
    expect(vectors.subarray(0, 4)).toEqual(vectors.subarray(4));
    expect(vectors.every(Number.isFinite)).toBe(true);
  });

  it('leave no tensor behind', async () => {
    const { towers, pairs } = fresh();
    await trainTwoTower({ towers, pairs, config: { ...training, epochs: 1 } });
    const before = tensorCount();
    await trainTwoTower({ towers, pairs, config: { ...training, epochs: 3, dropout: 0.2, l2: 0.1 } });
    towers.queryVectors(pairs.queries);
    towers.candidateVectors(pairs.candidates);
    expect(tensorCount()).toBe(before);
  });

  it('stop between steps when cancelled', async () => {
    const { towers, pairs } = fresh();
    let asked = 0;
    const beforeStep = async (): Promise<'continue' | 'cancel'> => (++asked > 7 ? 'cancel' : 'continue');
    const result = await trainTwoTower({ towers, pairs, config: training, beforeStep });
    expect(result.status).toBe('cancelled');
    expect(result.epochs.map(({ epoch }) => epoch)).toEqual([1]);
  });

  it('name the feature that is not a number, and the arrays that do not fit', () => {
    const { towers } = fresh();
    expect(() => towers.features.queries({ userIds: ['a', 'b'], timestamps: [1, Number.NaN] })).toThrow(
      'timestamps[1] must be a finite number, not NaN',
    );
    expect(() => towers.features.queries({ userIds: ['a'], timestamps: [1, 2] })).toThrow('1 userIds for 2 timestamps');
  });

  it('refuse to train on nothing, or on candidates that there are not', async () => {
    const { towers, pairs } = fresh();
    const none = {
      ...pairs,
      queries: towers.features.queries({ userIds: [], timestamps: [] }),
      positives: new Int32Array(0),
    };
    await expect(trainTwoTower({ towers, pairs: none, config: training })).rejects.toThrow('no pairs to train on');
    const wrong = { ...pairs, positives: pairs.positives.map(() => 20) };
    await expect(trainTwoTower({ towers, pairs: wrong, config: training })).rejects.toThrow(
      'positives[0] must be from 0 to 19, not 20',
    );
  });
});

describe('the settings of two towers', () => {
  it.each([
    [{ layers: [] }, 'towers.layers'],
    [{ layers: [32, 0] }, 'towers.layers[1]'],
    [{ network: 'three-tower' }, 'towers.network'],
    [{ depth: 2 }, 'towers.depth'],
  ])('name what cannot be: %o', (given, field) => {
    expect(() => parseTwoTowerConfig(given)).toThrow(expect.objectContaining({ name: 'ModelConfigError', field }));
  });

  it('name what cannot be of training', () => {
    expect(() => parseTwoTowerTrainingConfig({ unknownIds: 1.5 })).toThrow(ModelConfigError);
    expect(parseTwoTowerTrainingConfig({ epochs: 3 })).toEqual({ ...defaultTwoTowerConfig.training, epochs: 3 });
  });
});

function scores(towers: TwoTower, userId: string, candidates: Float32Array): number[] {
  const query = towers.queryVectors(towers.features.queries({ userIds: [userId], timestamps: [500] }));
  return Array.from({ length: candidates.length / towers.dim }, (_, row) =>
    query.reduce((sum, value, at) => sum + value * candidates[row * towers.dim + at]!, 0),
  );
}
