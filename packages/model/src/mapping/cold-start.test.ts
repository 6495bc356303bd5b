import { beforeAll, describe, expect, it } from 'vitest';
import { deserializeColdStart, serializeColdStart } from '../artifacts/serialize-cold-start.js';
import { documentModelConfig } from '../config.js';
import { sequenceBatch } from '../data/sequence-batch.js';
import { ModelArtifactError, ModelConfigError, ModelInputError } from '../errors.js';
import { tensorCount } from '../kernels/tensorflow.js';
import type { SequenceEncoder } from '../networks/encoder.js';
import { createSequenceEncoder } from '../networks/sequence-encoder/sequence-encoder.js';
import { createRandom } from '../random/random.js';
import { trainEncoder } from '../training/train-encoder.js';
import type { ColdStart, ItemText } from './cold-start.js';
import { trainColdStart, type ColdStartRequest } from './train-cold-start.js';

const itemCount = 240;
const kinds = ['drama', 'comedy', 'horror', 'western'];
/** Item i, from 1, is of kind i mod 4, and its title says so. */
const kindOf = (item: number): number => item % kinds.length;
const items: ItemText[] = Array.from({ length: itemCount }, (_, place) => ({
  title: `A ${kinds[kindOf(place + 1)]} of number ${place}`,
  categories: [kinds[kindOf(place + 1)]!],
}));
const random = createRandom(11);
/** Everybody stays with a kind of their own. */
const sequences = sequenceBatch(
  Array.from({ length: 120 }, (_, user) =>
    Array.from({ length: 14 }, () => {
      const item = 1 + 4 * random.below(itemCount / 4) + (((user % 4) + 3) % 4);
      return item;
    }),
  ),
);
const config = { epochs: 8, batchSize: 256, embedding: 8, leastItems: 20 };

let encoder: SequenceEncoder;
let trained: ColdStart;

async function train(given: Partial<ColdStartRequest> = {}): ReturnType<typeof trainColdStart> {
  return trainColdStart({ encoder, sequences, items, config, ...given });
}

beforeAll(async () => {
  const model = { ...documentModelConfig.encoder, sequenceLength: 10, dim: 16, heads: 1, layers: 1, dropout: 0 };
  encoder = createSequenceEncoder(model, itemCount, 1);
  const training = { ...documentModelConfig.training, epochs: 12, batchSize: 32, learningRate: 0.01 };
  await trainEncoder({ encoder, train: sequences, config: training });
  const result = await train();
  if (result.status !== 'finished') throw new Error(result.status);
  trained = result.coldStart;
});

describe('items that nobody has clicked', () => {
  it('find those who like their kind, and hardly anybody else', () => {
    const { metrics } = trained;
    expect(metrics.items).toBe(12);
    expect(metrics.recall100).toBeGreaterThan(0.8);
    expect(metrics.others100).toBeLessThan(metrics.recall100 - 0.3);
    expect(metrics.encoder100).toBeGreaterThan(0.8);
  });

  it('have vectors in the space of the encoder, alike where the description is', () => {
    const vectors = trained.coldItemVectors([
      { title: 'Another western' },
      { title: 'ANOTHER, WESTERN!' },
      { categories: ['western'] },
      { title: 'Another comedy' },
    ]);
    expect(vectors).toHaveLength(4 * encoder.dim);
    const [first, second, third, other] = [0, 1, 2, 3].map((row) =>
      vectors.subarray(row * encoder.dim, (row + 1) * encoder.dim),
    );
    expect(first).toEqual(second);
    expect(cosine(first!, third!)).toBeGreaterThan(cosine(first!, other!));
    expect(trained.coldItemVectors([])).toHaveLength(0);
  });

  it('have vectors no longer than the longest of the encoder', () => {
    const lengthsOf = (table: Float32Array): number[] =>
      Array.from({ length: table.length / encoder.dim }, (_, row) =>
        Math.hypot(...table.subarray(row * encoder.dim, (row + 1) * encoder.dim)),
      );
    const longest = Math.max(...lengthsOf(encoder.itemVectors()));
    const own = lengthsOf(trained.coldItemVectors([...items, { title: 'nothing known' }, {}]));
    expect(Math.max(...own)).toBeLessThanOrEqual(longest * 1.0001);
  });

  it('have the vectors of a saved and loaded mapping', () => {
    const loaded = deserializeColdStart(serializeColdStart(trained));
    const some = [{ title: 'A horror' }, { title: 'nothing known' }, {}];
    expect(loaded.coldItemVectors(some)).toEqual(trained.coldItemVectors(some));
    expect(loaded.metrics).toEqual(trained.metrics);
  });
});

describe('a saved cold start', () => {
  it.each(['cold-start.json', 'cold-start.bin'])(
    'is refused by the name of %s when it is damaged or missing',
    (file) => {
      const files = serializeColdStart(trained);
      const bytes = Uint8Array.from(files.get(file)!);
      bytes[bytes.length >> 1]! ^= 1;
      expect(() => deserializeColdStart(new Map([...files, [file, bytes]]))).toThrow(
        expect.objectContaining({ name: 'ModelArtifactError', file }),
      );
      files.delete(file);
      expect(() => deserializeColdStart(files)).toThrow(`${file}: is missing`);
    },
  );

  it('is refused when it is of another version or another thing', () => {
    const files = serializeColdStart(trained);
    const header = JSON.parse(Buffer.from(files.get('cold-start.json')!).toString()) as object;
    const changed = (fields: object): Map<string, Uint8Array> =>
      new Map([...files, ['cold-start.json', Buffer.from(JSON.stringify({ ...header, ...fields }))]]);
    expect(() => deserializeColdStart(changed({ formatVersion: 2 }))).toThrow(/version 2, this program reads 1/);
    expect(() => deserializeColdStart(changed({ format: 'x' }))).toThrow(ModelArtifactError);
    expect(() => deserializeColdStart(changed({ layers: [9] }))).toThrow(/checksum/);
  });
});

describe('training a cold start', () => {
  it('comes to the same from the same seed, leaves the encoder as it was and no tensor behind', async () => {
    const before = encoder.itemVectors();
    await train();
    const tensors = tensorCount();
    const again = await train();
    expect(tensorCount()).toBe(tensors);
    expect(again).toMatchObject({ status: 'finished', coldStart: { metrics: trained.metrics } });
    expect(encoder.itemVectors()).toEqual(before);
  });

  it('is skipped, with the reason, where too few items are described', async () => {
    const few = items.map((item, place) => (place < 15 ? item : undefined));
    expect(await train({ items: few })).toEqual({
      status: 'skipped',
      reason: '15 items have both clicks and a title or categories, 20 are needed',
    });
  });

  it('looks at no more clicks than it may', async () => {
    const asked: number[] = [];
    const result = await train({
      config: { ...config, clicks: 400, epochs: 3 },
      onEpoch: ({ epoch }) => asked.push(epoch),
    });
    expect(result.status).toBe('finished');
    expect(asked).toEqual([1]);
  });

  it('stops when cancelled', async () => {
    expect(await train({ beforeStep: async () => 'cancel' })).toEqual({ status: 'cancelled' });
  });

  it('refuses items that do not fit the encoder and settings that cannot be', async () => {
    await expect(train({ items: items.slice(1) })).rejects.toThrow(ModelInputError);
    await expect(train({ config: { heldOut: 1 } })).rejects.toThrow(ModelConfigError);
  });
});

function cosine(a: Float32Array, b: Float32Array): number {
  const product = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, at) => sum + value * y[at]!, 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}
