import { describe, expect, it, onTestFinished } from 'vitest';
import { documentModelConfig, type SequenceEncoderConfig } from '../../config.js';
import { sequenceBatch } from '../../data/sequence-batch.js';
import { ModelConfigError, ModelInputError } from '../../errors.js';
import { tensorCount } from '../../kernels/tensorflow.js';
import type { SequenceEncoder, TrainingBatch } from '../encoder.js';
import { createSequenceEncoder } from './sequence-encoder.js';

const small: SequenceEncoderConfig = { ...documentModelConfig.encoder, sequenceLength: 5, dim: 8 };
const settings = { learningRate: 0.01, maskAccidentalHits: true };
const batch: TrainingBatch = {
  batch: 2,
  length: 3,
  items: Int32Array.of(1, 0, 2, 4, 3, 5),
  labels: Int32Array.of(2, 6, 3, 5, 4, 6),
};

function encoder(changes: Partial<SequenceEncoderConfig> = {}, itemCount = 9, seed = 1): SequenceEncoder {
  const created = createSequenceEncoder({ ...small, ...changes }, itemCount, seed);
  onTestFinished(() => created.dispose());
  return created;
}

/** The largest difference between two vectors; sums of 32-bit floats in another order differ a little. */
function apart(a: Float32Array, b: Float32Array): number {
  return Math.max(...a.map((value, at) => Math.abs(value - b[at]!)));
}

describe('createSequenceEncoder', () => {
  it('gives the same weights for the same seed and others for another', () => {
    expect(encoder().snapshot()).toEqual(encoder().snapshot());
    expect(encoder().itemVectors()).not.toEqual(encoder({}, 9, 2).itemVectors());
  });

  it('refuses a config or a vocabulary that cannot be', () => {
    expect(() => encoder({ heads: 3 })).toThrow(ModelConfigError);
    expect(() => encoder({}, 0)).toThrow(ModelInputError);
  });
});

describe('encode', () => {
  it('gives a sequence the same vector alone and among others of any length', () => {
    const model = encoder();
    const sequences = [[1, 2, 3, 4, 5], [7], [2, 2], [9, 8, 7, 6]];
    const together = model.encode(sequenceBatch(sequences));
    sequences.forEach((sequence, row) => {
      const alone = model.encode(sequenceBatch([sequence]));
      expect(apart(alone, together.slice(row * 8, (row + 1) * 8))).toBeLessThan(1e-5);
    });
  });

  it('looks at the newest items only', () => {
    const model = encoder();
    const [long, newest] = [
      [9, 9, 1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
    ].map((items) => model.encode(sequenceBatch([items])));
    expect(apart(long!, newest!)).toBeLessThan(1e-5);
  });

  it('heeds the order', () => {
    const model = encoder();
    expect(model.encode(sequenceBatch([[1, 2]]))).not.toEqual(model.encode(sequenceBatch([[2, 1]])));
  });

  it('gives an empty sequence zeros, and no vectors for no sequences', () => {
    const model = encoder();
    expect(model.encode(sequenceBatch([[], [1]])).slice(0, 8)).toEqual(new Float32Array(8));
    expect(model.encode(sequenceBatch([]))).toHaveLength(0);
  });

  it('refuses an item outside the vocabulary', () => {
    expect(() => encoder().encode(sequenceBatch([[1, 10]]))).toThrow('items[1] must be from 1 to 9, not 10');
  });

  it('encodes more than fits one block', () => {
    const model = encoder();
    const many = model.encode(sequenceBatch(Array.from({ length: 5000 }, (_, user) => [1 + (user % 9), 2, 3, 4])));
    const last = model.encode(sequenceBatch([[1 + (4999 % 9), 2, 3, 4]]));
    expect(apart(many.slice(4999 * 8), last)).toBeLessThan(1e-5);
  });
});

describe('training', () => {
  it('lowers the loss', () => {
    const model = encoder({ dropout: 0 });
    const first = model.trainStep(batch, settings);
    for (let step = 0; step < 30; step++) model.trainStep(batch, settings);
    expect(model.trainStep(batch, settings)).toBeLessThan(first / 2);
  });

  it('is the same bit for bit under the same seed', () => {
    const [one, two] = [encoder({ dropout: 0.3 }), encoder({ dropout: 0.3 })];
    for (let step = 0; step < 5; step++) expect(one.trainStep(batch, settings)).toBe(two.trainStep(batch, settings));
    expect(one.snapshot()).toEqual(two.snapshot());
  });

  it('goes on from a snapshot as if nothing had happened since', () => {
    const model = encoder({ dropout: 0.3 });
    model.trainStep(batch, settings);
    const state = model.snapshot();
    const loss = model.trainStep(batch, settings);
    const after = model.snapshot();
    model.restore(state);
    expect(model.trainStep(batch, settings)).toBe(loss);
    expect(model.snapshot()).toEqual(after);
  });

  it('takes weights back without the optimizer state, and refuses those of another shape', () => {
    const model = encoder({ dropout: 0 });
    const before = model.snapshot();
    const kept = model.weights();
    model.trainStep(batch, settings);
    const trained = model.snapshot();
    model.encode(sequenceBatch([[1, 2]]));
    model.useWeights(kept);
    expect(model.encode(sequenceBatch([[1, 2]]))).toEqual(encoder().encode(sequenceBatch([[1, 2]])));
    const after = model.snapshot();
    expect(after.steps).toBe(trained.steps);
    for (const [name, { value, mean }] of after.parameters) {
      expect(value).toEqual(before.parameters.get(name)!.value);
      expect(mean).toEqual(trained.parameters.get(name)!.mean);
    }
    expect(() => model.useWeights(encoder({ dim: 16 }).weights())).toThrow(ModelInputError);
  });

  it('shows in the next encode', () => {
    const model = encoder();
    const before = model.encode(sequenceBatch([[1, 2]]));
    model.trainStep(batch, settings);
    expect(model.encode(sequenceBatch([[1, 2]]))).not.toEqual(before);
  });

  it('leaves everything as it was when the loss is not finite', () => {
    const model = encoder();
    const state = model.snapshot();
    const broken = { ...batch, hotWeights: new Float32Array(6).fill(Number.NaN) };
    expect(model.trainStep(broken, settings)).toBeNaN();
    expect(model.snapshot()).toEqual(state);
  });

  it('takes a batch of one', () => {
    const one = { batch: 1, length: 2, items: Int32Array.of(1, 2), labels: Int32Array.of(2, 3) };
    expect(encoder().trainStep(one, settings)).toBeCloseTo(0, 5);
  });

  it('keeps no tensors, however often it trains and encodes', () => {
    const model = encoder({ feedForward: 4 });
    const before = tensorCount();
    for (let round = 0; round < 3; round++) {
      model.trainStep(batch, settings);
      model.encode(sequenceBatch([[1, 2], [3]]));
      model.trainStep(batch, settings);
    }
    expect(tensorCount()).toBe(before);
    model.encode(sequenceBatch([[1, 2], [3]]));
    const held = tensorCount();
    model.encode(sequenceBatch([[1]]));
    expect(tensorCount()).toBe(held);
    model.dispose();
    expect(tensorCount()).toBe(before);
  });
});

describe('grow', () => {
  it('keeps what was learned and adds fresh rows', () => {
    const model = encoder();
    model.trainStep(batch, settings);
    const before = model.snapshot();
    const vector = model.encode(sequenceBatch([[1, 2]]));
    model.grow(12);
    const after = model.snapshot();
    expect(model.itemCount).toBe(12);
    for (const table of ['item_embeddings', 'outputs_embedding']) {
      const [old, grown] = [before.parameters.get(table)!, after.parameters.get(table)!];
      expect(grown.shape).toEqual([13, 8]);
      for (const part of ['value', 'mean', 'variance'] as const) {
        expect(grown[part].subarray(0, old[part].length)).toEqual(old[part]);
      }
      expect(grown.value.subarray(old.value.length).every((weight) => weight !== 0)).toBe(true);
    }
    expect(model.encode(sequenceBatch([[1, 2]]))).toEqual(vector);
    expect(model.encode(sequenceBatch([[12]]))).toHaveLength(8);
  });

  it('refuses to shrink', () => {
    expect(() => encoder().grow(8)).toThrow(ModelInputError);
  });
});

describe('itemVectors', () => {
  it('is the output table, with zeros for the padding', () => {
    const model = encoder();
    const vectors = model.itemVectors();
    expect(vectors).toHaveLength(10 * 8);
    expect(vectors.slice(0, 8)).toEqual(new Float32Array(8));
    vectors.fill(0);
    expect(model.itemVectors()).not.toEqual(vectors);
  });
});
