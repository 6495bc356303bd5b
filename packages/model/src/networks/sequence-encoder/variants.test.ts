import { describe, expect, it, onTestFinished } from 'vitest';
import { documentModelConfig, type SequenceEncoderConfig } from '../../config.js';
import { createDistinctRows } from '../../data/distinct-rows.js';
import { placeBatch } from '../../data/place-batch.js';
import { sequenceBatch } from '../../data/sequence-batch.js';
import { ModelInputError } from '../../errors.js';
import { floats, readFloats, tensorCount } from '../../kernels/tensorflow.js';
import type { SequenceEncoder } from '../encoder.js';
import { lossAndGradients } from './loss-and-gradients.js';
import { createSequenceEncoder } from './sequence-encoder.js';

const small: SequenceEncoderConfig = { ...documentModelConfig.encoder, sequenceLength: 5, dim: 8 };

const variants: [string, Partial<SequenceEncoderConfig>][] = [
  ['norms before the blocks, gelu', { norm: 'pre', feedForward: 8, activation: 'gelu' }],
  ['one table, unit vectors', { tiedTables: true, unitVectors: true }],
  [
    'learned weights of places, padding mask, masked input',
    { attention: 'padding', pooling: 'dense', inputMask: true },
  ],
  ['learned weights of places, inverted mask', { attention: 'inverted-padding', pooling: 'dense', inputMask: true }],
  ['last place, attention to all places', { attention: 'none' }],
  ['mean of all places', { attention: 'none', pooling: 'mean' }],
  ['global average without positions', { attention: 'none', pooling: 'global-average', positions: false }],
  ['mean of causal places', { pooling: 'mean' }],
  ['user beside', { attention: 'none', pooling: 'mean', user: 'concat' }],
  ['user added', { attention: 'none', pooling: 'mean', user: 'sum', unitVectors: true }],
  ['user multiplied', { user: 'product' }],
];

function encoder(changes: Partial<SequenceEncoderConfig>): SequenceEncoder {
  const config = { ...small, ...changes };
  const created = createSequenceEncoder(config, 9, 1, config.user === 'none' ? 0 : 4);
  onTestFinished(() => created.dispose());
  return created;
}

/** The largest difference between two vectors. */
function apart(a: Float32Array, b: Float32Array): number {
  return Math.max(...a.map((value, at) => Math.abs(value - b[at]!)));
}

const sequences = [[1, 2, 3, 4, 5], [7], [2, 2], [9, 8, 7, 6]];
const users = Int32Array.of(1, 0, 3, 4);

describe.each(variants)('an encoder with %s', (_, changes) => {
  it('gives a sequence the same vector alone and among others of any length', () => {
    const model = encoder(changes);
    const together = model.encode(sequenceBatch(sequences, users));
    sequences.forEach((sequence, row) => {
      const alone = model.encode(sequenceBatch([sequence], users.slice(row, row + 1)));
      expect(apart(alone, together.slice(row * 8, (row + 1) * 8))).toBeLessThan(1e-5);
    });
  });

  it('encodes what training scores', () => {
    const model = encoder({ ...changes, dropout: 0 });
    const batch = sequenceBatch(sequences, users);
    let scored = new Float32Array(0);
    lossAndGradients(
      model.config,
      model.snapshot().parameters,
      { ...placeBatch(batch, Int32Array.of(0, 1, 2, 3), 5), labels: Int32Array.of(6, 1, 3, 5) },
      {
        distinctRows: createDistinctRows(),
        loss(vectors) {
          scored = readFloats(vectors).slice();
          return { loss: 0, dvectors: floats(scored, [4, 8]) };
        },
      },
    );
    expect(apart(model.encode(batch), scored)).toBeLessThan(1e-5);
  });

  it('looks at the newest items only, and gives an empty sequence zeros', () => {
    const model = encoder(changes);
    const vectors = model.encode(sequenceBatch([[9, 9, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5], []], Int32Array.of(2, 2, 2)));
    expect(apart(vectors.slice(0, 8), vectors.slice(8, 16))).toBeLessThan(1e-5);
    expect(vectors.slice(16)).toEqual(new Float32Array(8));
  });

  it('learns one label a sequence, and keeps no tensors', () => {
    const model = encoder({ ...changes, dropout: 0 });
    const batch = {
      ...placeBatch(sequenceBatch(sequences, users), Int32Array.of(0, 1, 2, 3), 5),
      labels: Int32Array.of(6, 1, 3, 5),
    };
    const settings = { learningRate: 0.02, maskAccidentalHits: true, temperature: model.config.unitVectors ? 0.1 : 1 };
    const before = tensorCount();
    const first = model.trainStep(batch, settings);
    for (let step = 0; step < 40; step++) model.trainStep(batch, settings);
    expect(model.trainStep(batch, settings)).toBeLessThan(first / 2);
    expect(tensorCount()).toBe(before);
  });
});

describe('unit vectors', () => {
  it('are what users and items have', () => {
    const model = encoder({ unitVectors: true });
    const vectors = [...rows(model.encode(sequenceBatch(sequences))), ...rows(model.itemVectors()).slice(1)];
    for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    expect(rows(model.itemVectors())[0]).toEqual(new Float32Array(8));
  });
});

describe('one table', () => {
  it('is what items of sequences and items to recall are looked up in', () => {
    const model = encoder({ tiedTables: true });
    const { parameters } = model.snapshot();
    expect(parameters.has('outputs_embedding')).toBe(false);
    expect(model.itemVectors()).toEqual(parameters.get('item_embeddings')?.value);
    model.grow(12);
    expect(model.itemVectors()).toHaveLength(13 * 8);
  });
});

describe('users', () => {
  it('tell the same sequence apart; without one, or with 0, it is the user that the model does not know', () => {
    const model = encoder({ user: 'concat' });
    const [one, two, zero] = rows(
      model.encode(
        sequenceBatch(
          [
            [1, 2],
            [1, 2],
            [1, 2],
          ],
          Int32Array.of(1, 2, 0),
        ),
      ),
    );
    expect(one).not.toEqual(two);
    const [none] = rows(model.encode(sequenceBatch([[1, 2]])));
    expect(apart(none!, zero!)).toBeLessThan(1e-6);
    expect(apart(none!, one!)).toBeGreaterThan(1e-4);
  });

  it('are refused outside the table, and not looked at where there is none', () => {
    const batch = sequenceBatch([[1], [2]], Int32Array.of(1, 5));
    expect(() => encoder({ user: 'sum' }).encode(batch)).toThrow('users[1] must be from 0 to 4, not 5');
    expect(encoder({}).encode(batch)).toHaveLength(16);
    const short = { ...batch, users: Int32Array.of(1) };
    expect(() => encoder({ user: 'sum' }).encode(short)).toThrow('users must have 2 rows, one a sequence, not 1');
  });

  it('need a table', () => {
    expect(() => createSequenceEncoder({ ...small, user: 'sum' }, 9, 1)).toThrow('userCount must be');
  });
});

describe('labels of every place', () => {
  it.each<Partial<SequenceEncoderConfig>>([{ attention: 'padding' }, { pooling: 'mean' }, { user: 'sum' }])(
    'are refused with %o',
    (changes) => {
      const batch = { batch: 2, length: 2, items: Int32Array.of(1, 2, 3, 4), labels: Int32Array.of(3, 4, 5, 6) };
      const step = (): unknown => encoder(changes).trainStep(batch, { learningRate: 0.1, maskAccidentalHits: true });
      expect(step).toThrow(ModelInputError);
      expect(step).toThrow('labels must be 2, one a sequence, not 4');
    },
  );
});

function rows(vectors: Float32Array): Float32Array[] {
  return Array.from({ length: vectors.length / 8 }, (_, row) => vectors.slice(row * 8, (row + 1) * 8));
}
