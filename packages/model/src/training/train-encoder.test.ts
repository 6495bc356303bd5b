import { describe, expect, it, onTestFinished } from 'vitest';
import { defaultModelConfig, type TrainingConfig } from '../config.js';
import { sequenceBatch, type SequenceBatch } from '../data/sequence-batch.js';
import { splitLeaveOneOut } from '../data/split-leave-one-out.js';
import { ModelInputError, NonFiniteLossError } from '../errors.js';
import { evaluateFullRanking } from '../evaluation/evaluate-full-ranking.js';
import { tensorCount } from '../kernels/tensorflow.js';
import type { SequenceEncoder } from '../networks/encoder.js';
import { createSequenceEncoder } from '../networks/sequence-encoder/sequence-encoder.js';
import { trainEncoder } from './train-encoder.js';

const itemCount = 20;
const training: TrainingConfig = { ...defaultModelConfig.training, batchSize: 16, learningRate: 0.02, epochs: 4 };

/** Every user walks round the circle of items from a place of their own. */
function circles(users = 60, length = 10): SequenceBatch {
  return sequenceBatch(
    Array.from({ length: users }, (_user, user) =>
      Array.from({ length }, (_, at) => 1 + ((user * 7 + at) % itemCount)),
    ),
  );
}

function encoder(dropout = 0): SequenceEncoder {
  const created = createSequenceEncoder(
    { ...defaultModelConfig.encoder, sequenceLength: 8, dim: 16, dropout },
    itemCount,
    1,
  );
  onTestFinished(() => created.dispose());
  return created;
}

describe('trainEncoder', () => {
  it('learns what comes next', async () => {
    const { train, validation, test } = splitLeaveOneOut(circles());
    const model = encoder();
    const result = await trainEncoder({ encoder: model, train, validation, config: { ...training, epochs: 15 } });
    expect(result.status).toBe('finished');
    expect(result.bestValidation?.hr).toBe(1);
    const metrics = await evaluateFullRanking({ encoder: model, ...test, k: 1 });
    expect(metrics.hr).toBeGreaterThan(0.9);
  });

  it('is the same bit for bit under the same seed', async () => {
    const { train, validation } = splitLeaveOneOut(circles());
    const [one, two] = [encoder(0.2), encoder(0.2)];
    const first = await trainEncoder({ encoder: one, train, validation, config: training });
    const second = await trainEncoder({ encoder: two, train, validation, config: training });
    expect(first.epochs.map(({ loss }) => loss)).toEqual(second.epochs.map(({ loss }) => loss));
    expect(one.snapshot()).toEqual(two.snapshot());
  });

  it('stops after looks without a better one and goes back to the best epoch', async () => {
    const { train, validation } = splitLeaveOneOut(circles());
    const model = encoder();
    const config = { ...training, epochs: 40, patience: 2 };
    const result = await trainEncoder({ encoder: model, train, validation, config });
    expect(result.stoppedEarly).toBe(true);
    expect(result.epochs).toHaveLength(result.bestEpoch + 2);
    expect(await evaluateFullRanking({ encoder: model, ...validation })).toEqual(result.bestValidation);
  });

  it('looks at the validation split every so many epochs, and after the last', async () => {
    const { train, validation } = splitLeaveOneOut(circles());
    const config = { ...training, epochs: 5, validateEvery: 2 };
    const { epochs } = await trainEncoder({ encoder: encoder(), train, validation, config });
    expect(epochs.filter((epoch) => epoch.validation !== undefined).map(({ epoch }) => epoch)).toEqual([2, 4, 5]);
  });

  it('keeps the last epoch without a validation split', async () => {
    const result = await trainEncoder({ encoder: encoder(), train: circles(), config: training });
    expect(result).toMatchObject({ status: 'finished', bestEpoch: 4, stoppedEarly: false });
    expect(result.epochs.map(({ loss }) => loss)).toEqual(
      result.epochs.map(({ loss }) => loss).sort((a, b) => b - a), // a falling curve
    );
  });

  it('reports every step and epoch', async () => {
    const steps: string[] = [];
    const epochs: number[] = [];
    await trainEncoder({
      encoder: encoder(),
      train: circles(40),
      config: { ...training, epochs: 2 },
      onStep: ({ epoch, step, stepsPerEpoch }) => steps.push(`${epoch}:${step}/${stepsPerEpoch}`),
      onEpoch: ({ epoch }) => epochs.push(epoch),
    });
    // 40 sequences of 10 items make 40 windows; what is left over of 2 batches of 16 is half a batch.
    expect(steps).toEqual(['1:1/3', '1:2/3', '1:3/3', '2:1/3', '2:2/3', '2:3/3']);
    expect(epochs).toEqual([1, 2]);
  });

  it('is cancelled between steps', async () => {
    let asked = 0;
    const result = await trainEncoder({
      encoder: encoder(),
      train: circles(),
      config: training,
      beforeStep: () => Promise.resolve(++asked > 6 ? 'cancel' : 'continue'),
    });
    expect(result).toMatchObject({ status: 'cancelled', bestEpoch: 1 });
    expect(asked).toBe(7);
  });

  it('lets others run between steps', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    onTestFinished(() => clearInterval(timer));
    await trainEncoder({ encoder: encoder(), train: circles(), config: training });
    expect(turns).toBeGreaterThan(2);
  });

  it('says so when the loss is not finite', async () => {
    const config = { ...training, learningRate: 1e30, epochs: 50 };
    await expect(trainEncoder({ encoder: encoder(), train: circles(), config })).rejects.toThrow(NonFiniteLossError);
  });

  it('refuses to train on nothing, and on items outside the vocabulary', async () => {
    await expect(
      trainEncoder({ encoder: encoder(), train: sequenceBatch([[1], []]), config: training }),
    ).rejects.toThrow(ModelInputError);
    await expect(
      trainEncoder({ encoder: encoder(), train: sequenceBatch([[1, 21]]), config: training }),
    ).rejects.toThrow(/not 21/);
  });

  it('keeps no tensors', async () => {
    const model = encoder(0.1);
    const before = tensorCount();
    await trainEncoder({ encoder: model, train: circles(), config: training });
    expect(tensorCount()).toBe(before);
  });
});
