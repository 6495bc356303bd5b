import { describe, expect, it } from 'vitest';
import { documentModelConfig, type SequenceEncoderConfig } from '../../config.js';
import { createDistinctRows } from '../../data/distinct-rows.js';
import { denseGradient } from '../../golden/dense-gradient.js';
import { dropoutMasks } from '../../layers/dropout.js';
import { softmaxLoss } from '../../losses/softmax-loss.js';
import { createRandom } from '../../random/random.js';
import type { TrainingBatch } from '../encoder.js';
import type { Parameters } from '../parameters.js';
import { lossAndGradients } from './loss-and-gradients.js';
import { initialParameters } from './parameters.js';

const itemCount = 9;
const userCount = 4;

/** Three rows of five places; the second begins with padding, and labels repeat. */
const everyPlace: TrainingBatch = {
  batch: 3,
  length: 5,
  items: Int32Array.of(1, 0, 5, 2, 0, 5, 3, 1, 8, 4, 7, 8, 9, 7, 1),
  labels: Int32Array.of(2, 9, 5, 3, 6, 8, 4, 7, 8, 9, 7, 1, 2, 3, 4),
  hotWeights: Float32Array.from({ length: 15 }, (_, at) => -0.1 * at),
};

/** Three rows padded to six places, with one label each. */
const outside: TrainingBatch = {
  batch: 3,
  length: 6,
  items: Int32Array.of(0, 0, 0, ...everyPlace.items),
  labels: Int32Array.of(2, 9, 5),
  users: Int32Array.of(4, 0, 4),
  hotWeights: Float32Array.of(-0.1, -0.4, -0.2),
};

function config(changes: Partial<SequenceEncoderConfig>): SequenceEncoderConfig {
  return { ...documentModelConfig.encoder, sequenceLength: 6, dim: 6, heads: 3, layers: 2, ...changes };
}

/** Larger than a fresh model's, so that every part of the network matters. */
function livelyParameters(encoder: SequenceEncoderConfig): Parameters {
  const random = createRandom(5);
  const parameters = initialParameters(encoder, itemCount, userCount, 3);
  for (const { value } of parameters.values()) value.forEach((old, at) => (value[at] = old + 0.5 * random.normal()));
  return parameters;
}

function pass(
  encoder: SequenceEncoderConfig,
  parameters: Parameters,
  batch: TrainingBatch,
): ReturnType<typeof lossAndGradients> {
  const dropout = dropoutMasks(encoder.dropout, 11, 1);
  return lossAndGradients(encoder, parameters, batch, {
    loss: softmaxLoss({ maskAccidentalHits: true }, batch),
    dropout,
    distinctRows: createDistinctRows(),
  });
}

describe('gradients written by hand', () => {
  it.each([
    ['the default network', config({ dropout: 0 })],
    ['without the input norm', config({ dropout: 0, inputNorm: false })],
    ['with a feed-forward block', config({ dropout: 0, feedForward: 8 })],
    ['with dropout', config({ dropout: 0.4, feedForward: 8 })],
    ['with norms before the blocks', config({ dropout: 0, norm: 'pre' })],
    ['with norms before the blocks and dropout', config({ dropout: 0.4, norm: 'pre', feedForward: 8 })],
    ['with gelu', config({ dropout: 0, feedForward: 8, activation: 'gelu' })],
    ['with one table', config({ dropout: 0, tiedTables: true })],
    ['with unit vectors', config({ dropout: 0, unitVectors: true })],
    ['with one table and unit vectors', config({ dropout: 0, tiedTables: true, unitVectors: true })],
    ['without positions', config({ dropout: 0, positions: false })],
    ['with a masked input', config({ dropout: 0, inputMask: true })],
  ])('are the slope of the loss: %s', (_, encoder) => {
    expect(wrongGradients(encoder, everyPlace)).toEqual([]);
  });

  it.each([
    ['the causal network', config({ dropout: 0 })],
    ['attention to all real places', config({ dropout: 0, attention: 'padding' })],
    ['attention to padded places', config({ dropout: 0, attention: 'inverted-padding', feedForward: 8 })],
    ['attention to all places', config({ dropout: 0, attention: 'none', norm: 'pre' })],
    ['the mean of all places', config({ dropout: 0, attention: 'none', pooling: 'mean' })],
    ['learned weights of places', config({ dropout: 0, attention: 'none', pooling: 'dense', inputMask: true })],
    ['a user beside', config({ dropout: 0, attention: 'padding', pooling: 'mean', user: 'concat', inputNorm: false })],
    ['a user added', config({ dropout: 0.3, attention: 'padding', pooling: 'mean', user: 'sum', unitVectors: true })],
    [
      'a user multiplied',
      config({ dropout: 0, attention: 'none', pooling: 'mean', user: 'product', tiedTables: true }),
    ],
  ])('are the slope of the loss of one label a sequence: %s', (_, encoder) => {
    expect(wrongGradients(encoder, outside)).toEqual([]);
  });

  it('touch only the rows of the batch', () => {
    const encoder = config({ dropout: 0 });
    const { gradients } = pass(encoder, livelyParameters(encoder), everyPlace);
    expect(gradients.get('item_embeddings')).toMatchObject({ rows: Int32Array.of(0, 1, 2, 3, 4, 5, 7, 8, 9) });
    expect(gradients.get('outputs_embedding')).toMatchObject({ rows: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) });
  });
});

/** Gradients whose length is not the slope of the loss along them, in words. */
function wrongGradients(encoder: SequenceEncoderConfig, batch: TrainingBatch): string[] {
  const parameters = livelyParameters(encoder);
  const { gradients } = pass(encoder, parameters, batch);
  expect([...gradients.keys()].sort()).toEqual([...parameters.keys()].sort());
  const wrong: string[] = [];
  for (const [name, gradient] of gradients) {
    const parameter = parameters.get(name)!;
    const dense = denseGradient(gradient, parameter);
    const length = Math.hypot(...dense);
    const step = 2e-3;
    const lossAt = (distance: number): number => {
      const moved = parameter.value.map((weight, at) => weight + (distance * dense[at]!) / Math.max(length, 1e-9));
      return pass(encoder, new Map(parameters).set(name, { ...parameter, value: moved }), batch).loss;
    };
    const slope = (lossAt(step) - lossAt(-step)) / (2 * step);
    if (!(Math.abs(slope - length) < 0.02 * length + 1e-3)) {
      wrong.push(`${name}: ${length} where the slope is ${slope}`);
    }
  }
  return wrong;
}
