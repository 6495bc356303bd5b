import { deserialize, serialize } from 'node:v8';
import { describe, expect, it, onTestFinished } from 'vitest';
import { documentModelConfig, type TrainingConfig } from '../config.js';
import { sequenceBatch, type SequenceBatch } from '../data/sequence-batch.js';
import { splitLeaveOneOut } from '../data/split-leave-one-out.js';
import { ModelInputError, NonFiniteLossError } from '../errors.js';
import { evaluateFullRanking } from '../evaluation/evaluate-full-ranking.js';
import { tensorCount } from '../kernels/tensorflow.js';
import type { SequenceEncoder } from '../networks/encoder.js';
import { createSequenceEncoder } from '../networks/sequence-encoder/sequence-encoder.js';
import { trainEncoder, type TrainResult } from './train-encoder.js';
import type { TrainState } from './train-state.js';

const itemCount = 20;
const training: TrainingConfig = { ...documentModelConfig.training, batchSize: 16, learningRate: 0.02, epochs: 4 };

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
    { ...documentModelConfig.encoder, sequenceLength: 8, dim: 16, dropout },
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
    const validation = { inputs: sequenceBatch([[1, 2], [22]]), targets: Int32Array.of(3, 4) };
    const request = { encoder: encoder(), train: circles(), config: training };
    await expect(trainEncoder({ ...request, validation })).rejects.toThrow(/not 22/);
    await expect(
      trainEncoder({ ...request, validation: { ...validation, inputs: sequenceBatch([[1]]) } }),
    ).rejects.toThrow('1 validation inputs, 2 targets');
  });

  it('takes batches of one and sequences longer than L', async () => {
    const train = circles(3, 30);
    for (const negatives of [{ kind: 'in-batch' }, { kind: 'in-batch-shared', count: 0 }, { kind: 'full' }] as const) {
      const config: TrainingConfig = { ...training, batchSize: 1, epochs: 1, negatives };
      const { epochs } = await trainEncoder({ encoder: encoder(), train, config });
      expect(epochs[0]!.loss).toBeGreaterThanOrEqual(0);
    }
  });

  it('refuses settings that cannot be, by name', async () => {
    const config = { ...training, learningRate: Number.NaN };
    await expect(trainEncoder({ encoder: encoder(), train: circles(), config })).rejects.toThrow(
      'training.learningRate must be a number above 0, not NaN',
    );
  });
});

describe.each<[string, Partial<TrainingConfig>]>([
  ['in-batch', {}],
  ['in-batch-shared', { negatives: { kind: 'in-batch-shared', count: 30 } }],
  ['mixed', { negatives: { kind: 'mixed', inBatch: 20, uniform: 10 }, temperature: 0.5 }],
  ['full', { negatives: { kind: 'full' }, weightDecay: 0.01 }],
  ['outside-prefix', { labels: 'outside-prefix', prefixesPerUser: 4, negatives: { kind: 'full' } }],
])('trainEncoder with negatives or labels %s', (_, changes) => {
  const config: TrainingConfig = {
    ...training,
    ...changes,
    epochs: 12,
    averaging: 0.9,
    schedule: 'cosine',
    warmupSteps: 5,
    batches: 'like-length',
  };
  const { train, validation, test } = splitLeaveOneOut(circles());

  it('learns what comes next and keeps no tensors', async () => {
    const model = encoder(0.1);
    const before = tensorCount();
    const result = await trainEncoder({ encoder: model, train, validation, config });
    model.dispose();
    expect(tensorCount()).toBe(before);
    expect(result.epochs.at(-1)!.loss).toBeLessThan(result.epochs[0]!.loss);
    expect((await evaluateFullRanking({ encoder: model, ...test, k: 1 })).hr).toBeGreaterThan(0.8);
  });

  it('is the same bit for bit when interrupted and gone on with', async () => {
    const whole = encoder(0.2);
    const expected = await trainEncoder({ encoder: whole, train, validation, config: { ...config, epochs: 5 } });
    let saved: Buffer | undefined;
    const interrupted = trainEncoder({
      encoder: encoder(0.2),
      train,
      validation,
      config: { ...config, epochs: 5 },
      onState: (state) => {
        saved = serialize(state());
        if (state().epochs.length === 2) throw new Error('power cut');
      },
    });
    await expect(interrupted).rejects.toThrow('power cut');
    const resumed = encoder(0.2);
    const resume = deserialize(saved!) as TrainState;
    const found = await trainEncoder({ encoder: resumed, train, validation, config: { ...config, epochs: 5 }, resume });
    const untimed = ({ epochs, ...rest }: TrainResult): unknown => ({
      ...rest,
      epochs: epochs.map(({ epoch, loss, validation: metrics }) => ({ epoch, loss, metrics })),
    });
    expect(untimed(found)).toEqual(untimed(expected));
    expect(resumed.snapshot()).toEqual(whole.snapshot());
  });
});

describe('a training gone on with', () => {
  const { train, validation } = splitLeaveOneOut(circles());

  async function lastState(config: TrainingConfig): Promise<TrainState> {
    let saved: TrainState | undefined;
    const onState = (state: () => TrainState): void => void (saved = state());
    await trainEncoder({ encoder: encoder(), train, validation, config, onState });
    return saved!;
  }

  it('is at its end where it had come to its end', async () => {
    const config = { ...training, epochs: 40, patience: 2 };
    const resume = await lastState(config);
    const model = encoder();
    const result = await trainEncoder({ encoder: model, train, validation, config, resume });
    expect(result).toMatchObject({ status: 'finished', stoppedEarly: true, bestEpoch: resume.best!.epoch });
    expect(result.epochs).toEqual(resume.epochs);
    expect(model.weights()).toEqual(resume.best!.state);
  });

  it('goes on from a state that has the whole encoder of its best epoch, as older ones do', async () => {
    const resume = await lastState(training);
    const best = encoder();
    best.useWeights(resume.best!.state);
    const older = { ...resume, best: { ...resume.best!, state: best.snapshot() } };
    const model = encoder();
    await trainEncoder({ encoder: model, train, validation, config: training, resume: older });
    expect(model.weights()).toEqual(resume.best!.state);
  });

  it('is refused with other settings or other data', async () => {
    const resume = await lastState({ ...training, epochs: 1 });
    const request = { encoder: encoder(), train, validation, config: training, resume };
    await expect(trainEncoder(request)).rejects.toThrow(/"epochs":1.*cannot go on as .*"epochs":4/);
    await expect(trainEncoder({ ...request, config: { ...training, epochs: 1 }, train: circles() })).rejects.toThrow(
      ModelInputError,
    );
  });
});

describe('averaged weights', () => {
  it('are what is kept, with a validation split and without', async () => {
    const config = { ...training, averaging: 0.9 };
    const plain = encoder();
    const averaged = encoder();
    await trainEncoder({ encoder: plain, train: circles(), config: training });
    const { epochs } = await trainEncoder({ encoder: averaged, train: circles(), config });
    expect(epochs).toHaveLength(4);
    expect(averaged.snapshot().average).toBeUndefined();
    expect(averaged.itemVectors()).not.toEqual(plain.itemVectors());
    const { train, validation } = splitLeaveOneOut(circles());
    const looked = encoder();
    const result = await trainEncoder({ encoder: looked, train, validation, config });
    expect(await evaluateFullRanking({ encoder: looked, ...validation })).toEqual(result.bestValidation);
  });
});
