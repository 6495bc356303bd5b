import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { TrainingConfig } from '../config.js';
import { checkSequences, sequenceCount, type LabelledSequences, type SequenceBatch } from '../data/sequence-batch.js';
import { windows } from '../data/windows.js';
import { padsToLength } from '../encoder-traits.js';
import { ModelInputError, NonFiniteLossError } from '../errors.js';
import { evaluateFullRanking, type FullRankingRequest } from '../evaluation/evaluate-full-ranking.js';
import type { RankingMetrics } from '../evaluation/rank-of-target.js';
import type { SequenceEncoder } from '../networks/encoder.js';
import { parseModelConfig } from '../parse-model-config.js';
import { createRandom, type Random } from '../random/random.js';
import { createDraws } from './draws.js';
import { logShares } from './hot-weights.js';
import { learningRateAt } from './learning-rate.js';
import { startItemsFromCoOccurrence } from './start-items.js';
import type { EpochReport, TrainState } from './train-state.js';
import { createPrefixBatches, prefixLabelCounts } from './prefix-batches.js';
import { createTrainingBatches, windowLabelCounts, type TrainingBatches } from './training-batches.js';

export interface TrainRequest {
  /** Trained in place. */
  readonly encoder: SequenceEncoder;
  readonly train: SequenceBatch;
  /** Chooses the epoch; without it the last epoch stays and nothing stops early. */
  readonly validation?: LabelledSequences & Pick<FullRankingRequest, 'exclude'>;
  readonly config: TrainingConfig;
  readonly onStep?: (step: StepReport) => void;
  readonly onEpoch?: (epoch: EpochReport) => void;
  /** Asked before every step; a promise may hold training up (pause). */
  readonly beforeStep?: () => Promise<'continue' | 'cancel'>;
  /** After every epoch, awaited; `state` copies what `resume` takes, so that the training can be saved. */
  readonly onState?: (state: () => TrainState) => void | Promise<void>;
  /** Goes on from here; the encoder, of the same config and vocabulary, gets its weights from it. */
  readonly resume?: TrainState | undefined;
}

export interface StepReport {
  /** From 1. */
  readonly epoch: number;
  /** From 1, within the epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly loss: number;
}

/** On `cancelled` the encoder has the best weights so far when there was a look at the validation split, else the newest. */
export interface TrainResult {
  readonly status: 'finished' | 'cancelled';
  readonly epochs: readonly EpochReport[];
  /** The epoch whose weights the encoder now has, beside Adam's state of the last step; 0 when there was none. */
  readonly bestEpoch: number;
  readonly bestValidation?: RankingMetrics;
  readonly stoppedEarly: boolean;
}

/**
 * Trains with Adam by the config's loss, a fresh encoder from the item tables that the config says. Yields to the event loop
 * between steps. Where the config averages weights, it is the mean that is looked at and kept. Throws a ModelConfigError for
 * settings that cannot be, a NonFiniteLossError when the loss is not finite and a ModelInputError when there is nothing to train
 * on or `resume` is of another training.
 */
export async function trainEncoder(request: TrainRequest): Promise<TrainResult> {
  const { encoder, validation, resume } = request;
  const { training: config } = parseModelConfig({ encoder: encoder.config, training: request.config });
  checkSequences(request.train, encoder.itemCount, encoder.userCount);
  if (validation !== undefined) checkLabelled(validation, encoder);
  const belongsTo = JSON.stringify({
    config,
    encoder: encoder.config,
    items: encoder.itemCount,
    data: fingerprint(request),
  });
  if (resume !== undefined && resume.belongsTo !== belongsTo) {
    throw new ModelInputError(`a training of ${resume.belongsTo} cannot go on as ${belongsTo}`);
  }
  const random = createRandom(resume?.random ?? config.seed);
  const batches = createBatches({ ...request, config }, random);
  if (batches.perEpoch === 0) throw new ModelInputError('no sequence has the two clicks that a step needs');

  const epochs: EpochReport[] = [...(resume?.epochs ?? [])];
  let { best, looksWithoutBetter = 0 }: Partial<TrainState> = resume ?? {};
  if (resume !== undefined) encoder.restore(resume.encoder);
  else if (encoder.steps === 0 && config.itemStart === 'co-occurrence') {
    await startItemsFromCoOccurrence(encoder, request.train, config.seed);
  }

  /** Leaves the encoder with the best weights so far or, where none were looked at, with the newest. */
  const result = (status: TrainResult['status']): TrainResult => {
    const stoppedEarly = status === 'finished' && looksWithoutBetter >= config.patience;
    if (best !== undefined) encoder.useWeights(best.state);
    else if (config.averaging > 0) keepAverage(encoder);
    if (best === undefined) return { status, epochs, bestEpoch: epochs.length, stoppedEarly };
    return { status, epochs, bestEpoch: best.epoch, bestValidation: best.metrics, stoppedEarly };
  };

  for (let epoch = epochs.length + 1; epoch <= config.epochs && looksWithoutBetter < config.patience; epoch++) {
    const start = performance.now();
    const loss = await trainEpoch({ ...request, config }, batches, epoch);
    if (loss === undefined) return result('cancelled');
    encoder.swapAverage();
    const looksNow = validation !== undefined && (epoch % config.validateEvery === 0 || epoch === config.epochs);
    const metrics = looksNow ? await evaluateFullRanking({ encoder, ...validation }) : undefined;
    const report = { epoch, loss, ...(metrics && { validation: metrics }), milliseconds: performance.now() - start };
    epochs.push(report);
    request.onEpoch?.(report);
    const isBetter = metrics !== undefined && (best === undefined || metrics.ndcg > best.metrics.ndcg);
    if (isBetter) best = { epoch, metrics, state: encoder.weights() };
    if (metrics !== undefined) looksWithoutBetter = isBetter ? 0 : looksWithoutBetter + 1;
    encoder.swapAverage();
    await request.onState?.(() => ({
      belongsTo,
      epochs: [...epochs],
      encoder: encoder.snapshot(),
      best,
      looksWithoutBetter,
      random: random.state(),
      order: batches.order(),
    }));
  }
  return result('finished');
}

/** Of what is trained on and looked at. */
function fingerprint({ train, validation }: TrainRequest): string {
  const hash = createHash('sha256').update(train.items).update(train.offsets);
  if (validation !== undefined) hash.update(validation.inputs.items).update(validation.targets);
  return hash.digest('hex').slice(0, 16);
}

/** Before the first epoch, not after it. Targets may be unknown to the encoder: they are misses. */
function checkLabelled({ inputs, targets }: LabelledSequences, { itemCount, userCount }: SequenceEncoder): void {
  checkSequences(inputs, itemCount, userCount);
  if (sequenceCount(inputs) !== targets.length) {
    throw new ModelInputError(`${sequenceCount(inputs)} validation inputs, ${targets.length} targets`);
  }
}

function createBatches({ encoder, train, config, resume }: TrainRequest, random: Random): TrainingBatches {
  const { config: encoderConfig, itemCount } = encoder;
  switch (config.labels) {
    case 'every-place': {
      const { sequenceLength } = encoderConfig;
      const trainWindows = windows(train, sequenceLength, config.windowOverlap);
      const draws = createDraws(config, logShares(windowLabelCounts(trainWindows, itemCount)), itemCount);
      return createTrainingBatches({ trainWindows, config, draws, random, order: resume?.order });
    }
    case 'outside-prefix': {
      const draws = createDraws(
        config,
        logShares(prefixLabelCounts(train, itemCount, config.prefixesPerUser)),
        itemCount,
      );
      const { sequenceLength } = encoderConfig;
      return createPrefixBatches({ train, config, sequenceLength, padded: padsToLength(encoderConfig), draws, random });
    }
  }
}

/** The mean of the weights takes their place. */
function keepAverage(encoder: SequenceEncoder): void {
  encoder.swapAverage();
  encoder.useWeights(encoder.weights());
}

/** The mean loss of an epoch's steps; undefined when cancelled. */
async function trainEpoch(request: TrainRequest, batches: TrainingBatches, epoch: number): Promise<number | undefined> {
  const { encoder, config } = request;
  const { perEpoch } = batches;
  let step = 0;
  let sum = 0;
  for (const batch of batches.epoch()) {
    await setImmediate();
    if ((await request.beforeStep?.()) === 'cancel') return undefined;
    step += 1;
    const learningRate = learningRateAt(config, (epoch - 1) * perEpoch + step, config.epochs * perEpoch);
    const loss = encoder.trainStep(batch, { ...config, learningRate });
    if (!Number.isFinite(loss)) throw new NonFiniteLossError(epoch, step, loss);
    sum += loss;
    request.onStep?.({ epoch, step, stepsPerEpoch: perEpoch, loss });
  }
  return sum / step;
}
