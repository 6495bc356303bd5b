import { describe, expect, it } from 'vitest';
import { ModelConfigError, ModelInputError } from '../../errors.js';
import { tensorCount } from '../../kernels/tensorflow.js';
import { createRandom } from '../../random/random.js';
import { createClickModel, type ClickStepSettings } from './click-model.js';
import { defaultDcnConfig, defaultFmConfig, parseClickModelConfig, type ClickModelConfig } from './config.js';
import { chooseRows, type FeatureRows } from './feature-rows.js';

const settings: ClickStepSettings = { learningRate: 0.01, weightDecay: 0, embeddingDecay: 0 };
const small = { ...defaultDcnConfig, embedding: 4, rank: 3, experts: 2, hidden: [8, 4] };
const configs: [string, ClickModelConfig][] = [
  ['DCN-Mix, parallel', small],
  ['DCN-Mix, stacked', { ...small, method: 'stacked', order: 2 }],
  ['DCN-V2, parallel', { ...small, cross: 'v2', linearTerm: true }],
  ['DCN-V2, stacked', { ...small, cross: 'v2', method: 'stacked', inputDropout: 0.1 }],
  ['FM', defaultFmConfig],
];

/** Two fields of four values and one field of up to two values; a click where the first two agree in their parity. */
function clicks(rows: number): { rows: FeatureRows; labels: Float32Array } {
  const random = createRandom(5);
  const indexes = new Int32Array(rows * 4);
  const shares = new Float32Array(rows * 4);
  const labels = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const [left, right] = [random.below(4), random.below(4)];
    indexes.set([left, 4 + right, 8 + random.below(2), 8 + random.below(2)], row * 4);
    shares.set(row % 2 === 0 ? [1, 1, 0.5, 0.5] : [1, 1, 1, 0], row * 4);
    labels[row] = left % 2 === right % 2 ? 1 : 0;
  }
  return { rows: { rows, slots: [1, 1, 2], indexes, shares }, labels };
}

const shape = { features: 10, slots: [1, 1, 2] };

describe.each(configs)('%s', (_name, config) => {
  it('learns what two fields make together', () => {
    const model = createClickModel(config, shape, 1);
    const { rows, labels } = clicks(256);
    for (let step = 0; step < 300; step++) model.trainStep(rows, labels, settings);
    const right = model.predict(rows).filter((probability, row) => probability > 0.5 === (labels[row] === 1));
    expect(right.length).toBeGreaterThan(250);
  });

  it('trains and predicts a batch of one', () => {
    const model = createClickModel(config, shape, 1);
    const { rows, labels } = clicks(1);
    expect(model.trainStep(rows, labels, settings)).toBeGreaterThan(0);
    expect(model.predict(rows)[0]).toBeGreaterThan(0);
  });

  it('gives a row among others what it gives it alone', () => {
    const model = createClickModel(config, shape, 1);
    const { rows, labels } = clicks(20);
    model.trainStep(rows, labels, settings);
    const together = model.predict(rows);
    expect(model.predict(chooseRows(rows, Int32Array.of(7)))[0]).toBeCloseTo(together[7]!, 5);
  });

  it('goes back to a snapshot, and on from there the same way', () => {
    const model = createClickModel(config, shape, 1);
    const { rows, labels } = clicks(32);
    model.trainStep(rows, labels, settings);
    const state = model.snapshot();
    const loss = model.trainStep(rows, labels, settings);
    const after = model.predict(rows);
    model.restore(state);
    expect(model.trainStep(rows, labels, settings)).toBe(loss);
    expect(model.predict(rows)).toEqual(after);
  });

  it('keeps the number of tensors over steps and predictions', () => {
    const model = createClickModel(config, shape, 1);
    const { rows, labels } = clicks(16);
    model.trainStep(rows, labels, settings);
    const before = tensorCount();
    for (let step = 0; step < 3; step++) {
      model.trainStep(rows, labels, settings);
      model.predict(rows);
    }
    expect(tensorCount()).toBe(before);
  });

  it('refuses rows that do not fit', () => {
    const model = createClickModel(config, shape, 1);
    const { rows } = clicks(2);
    const wrong = (changed: Partial<FeatureRows>): (() => unknown) => {
      return () => model.predict({ ...rows, ...changed });
    };
    expect(wrong({ indexes: Int32Array.of(0, 4, 8, 10, 0, 4, 8, 8) })).toThrow(
      /indexes\[3\] must be from 0 to 9, not 10/,
    );
    expect(wrong({ slots: [1, 1, 1] })).toThrow(/slots must be 1,1,2/);
    expect(wrong({ shares: new Float32Array(8).fill(Number.NaN) })).toThrow(/shares\[0\] must be finite, not NaN/);
    expect(wrong({ rows: 3 })).toThrow(ModelInputError);
  });
});

describe('parseClickModelConfig', () => {
  it('names the field that cannot be', () => {
    const parsed = (input: unknown) => (): unknown => parseClickModelConfig(input);
    expect(parsed({ network: 'dcn-v3' })).toThrow(/model.network must be dcn or fm, not "dcn-v3"/);
    expect(parsed({ cross: 'matrix' })).toThrow(/model.cross must be one of v2, mix/);
    expect(parsed({ hidden: [64, 0] })).toThrow(/model.hidden\[1\] must be a whole number from 1/);
    expect(parsed({ network: 'fm', rank: 3 })).toThrow(ModelConfigError);
  });
});
