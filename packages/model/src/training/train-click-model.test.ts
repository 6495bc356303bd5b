import { describe, expect, it } from 'vitest';
import { createClickModel, type ClickModel } from '../networks/dcn/click-model.js';
import { defaultDcnConfig } from '../networks/dcn/config.js';
import { createRandom } from '../random/random.js';
import { defaultClickTrainingConfig, parseClickTrainingConfig } from './click-training-config.js';
import { trainClickModel, type ClickTrainState, type LabelledRows } from './train-click-model.js';

const config = { ...defaultClickTrainingConfig, batchSize: 64, learningRate: 0.01, epochs: 12, patience: 3 };

function model(): ClickModel {
  return createClickModel({ ...defaultDcnConfig, embedding: 4, hidden: [8] }, { features: 8, slots: [1, 1] }, 1);
}

/** A click where two fields agree, with noise in one row of ten. */
function rows(count: number, seed: number): LabelledRows {
  const random = createRandom(seed);
  const indexes = new Int32Array(count * 2);
  const labels = new Float32Array(count);
  for (let row = 0; row < count; row++) {
    const [left, right] = [random.below(4), random.below(4)];
    indexes.set([left, 4 + right], row * 2);
    labels[row] = (left === right) === random.uniform() > 0.1 ? 1 : 0;
  }
  return {
    features: { rows: count, slots: [1, 1], indexes },
    labels,
    groups: Int32Array.from(labels, (_, row) => row % 5),
  };
}

describe('trainClickModel', () => {
  it('ends with the weights of the best validation AUC', async () => {
    const trained = model();
    const validation = rows(300, 2);
    const { best, checks, status } = await trainClickModel({ model: trained, train: rows(500, 1), validation, config });
    expect(status).toBe('finished');
    expect(best!.validation.auc).toBe(Math.max(...checks.map((check) => check.validation.auc)));
    expect(best!.validation.auc).toBeGreaterThan(0.8);
    expect(best!.validation.groupedAuc).toBeGreaterThan(0.7);
  });

  it('stops after checks without a better AUC, several an epoch where asked', async () => {
    const once = { ...config, learningRate: 1e-12, epochs: 50, checksPerEpoch: 2 };
    const { checks, stoppedEarly } = await trainClickModel({
      model: model(),
      train: rows(500, 1),
      validation: rows(50, 2),
      config: once,
    });
    expect(stoppedEarly).toBe(true);
    expect(checks.length).toBeLessThan(20);
    expect(checks.slice(0, 3).map(({ epoch }) => epoch)).toEqual([0.5, 1, 1.5]);
  });

  it('goes on after an interruption as if there had been none', async () => {
    const request = { train: rows(300, 1), validation: rows(100, 2), config: { ...config, epochs: 4 } };
    const whole = model();
    const { checks } = await trainClickModel({ ...request, model: whole });
    let saved: ClickTrainState | undefined;
    let asked = 0;
    await trainClickModel({
      ...request,
      model: model(),
      onState: (state) => void (saved = structuredClone(state())),
      beforeStep: async () => (++asked > 12 ? 'cancel' : 'continue'),
    });
    const resumed = model();
    const rest = await trainClickModel({ ...request, model: resumed, resume: saved });
    expect(saved!.epochs).toBe(2);
    expect(rest.checks.map(({ validation }) => validation)).toEqual(checks.map(({ validation }) => validation));
    expect(resumed.predict(request.validation.features)).toEqual(whole.predict(request.validation.features));
  });

  it('refuses validation labels of one class, naming them', async () => {
    const validation = { ...rows(10, 2), labels: new Float32Array(10) };
    await expect(trainClickModel({ model: model(), train: rows(10, 1), validation, config })).rejects.toThrow(
      'validation.labels must have clicks and non-clicks',
    );
  });

  it('refuses labels to train on that are no share of a click, and rows that are not there', async () => {
    const request = { model: model(), validation: rows(10, 2), config };
    const train = rows(10, 1);
    for (const label of [Number.NaN, 2]) {
      const labels = train.labels.with(3, label);
      await expect(trainClickModel({ ...request, train: { ...train, labels } })).rejects.toThrow(
        `train.labels[3] must be from 0 to 1, not ${label}`,
      );
    }
    await expect(trainClickModel({ ...request, train: rows(0, 1) })).rejects.toThrow('has no rows to train on');
  });

  it('names the setting that cannot be', () => {
    expect(() => parseClickTrainingConfig({ patience: 0 })).toThrow('training.patience must be a whole number from 1');
  });
});
