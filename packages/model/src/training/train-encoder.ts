import { setImmediate } from 'node:timers/promises';
import type { TrainingConfig } from '../config.js';
import { checkSequences, sequenceCount, type LabelledSequences, type SequenceBatch } from '../data/sequence-batch.js';
import { windows } from '../data/windows.js';
import { ModelInputError, NonFiniteLossError } from '../errors.js';
import { evaluateFullRanking } from '../evaluation/evaluate-full-ranking.js';
import type { RankingMetrics } from '../evaluation/rank-of-target.js';
import type { EncoderState, SequenceEncoder } from '../networks/encoder.js';
import { createRandom } from '../random/random.js';
import { createHotWeights } from './hot-weights.js';
import { createTrainingBatches, type TrainingBatches } from './training-batches.js';

export interface TrainRequest {
  /** Trained in place. */
  readonly encoder: SequenceEncoder;
  readonly train: SequenceBatch;
  /** Chooses the epoch; without it the last epoch stays and nothing stops early. */
  readonly validation?: LabelledSequences;
  readonly config: TrainingConfig;
  readonly onStep?: (step: StepReport) => void;
  readonly onEpoch?: (epoch: EpochReport) => void;
  /** Asked before every step; a promise may hold training up (pause). */
  readonly beforeStep?: () => Promise<'continue' | 'cancel'>;
}

export interface StepReport {
  /** From 1. */
  readonly epoch: number;
  /** From 1, within the epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly loss: number;
}

export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the epoch's steps. */
  readonly loss: number;
  /** Absent in epochs that were not looked at. */
  readonly validation?: RankingMetrics;
  readonly milliseconds: number;
}

/** On `cancelled` the encoder has the best weights so far when there was a look at the validation split, else the newest. */
export interface TrainResult {
  readonly status: 'finished' | 'cancelled';
  readonly epochs: readonly EpochReport[];
  /** The epoch whose weights the encoder now has; 0 when there was none. */
  readonly bestEpoch: number;
  readonly bestValidation?: RankingMetrics;
  readonly stoppedEarly: boolean;
}

/**
 * Trains with in-batch negatives and Adam. Yields to the event loop between steps. Throws a NonFiniteLossError when the
 * loss is not finite and a ModelInputError when there is nothing to train on.
 */
export async function trainEncoder(request: TrainRequest): Promise<TrainResult> {
  const { encoder, config, validation } = request;
  checkSequences(request.train, encoder.itemCount);
  const trainWindows = windows(request.train, encoder.config.sequenceLength);
  if (sequenceCount(trainWindows) === 0) throw new ModelInputError('no sequence has the two clicks that a step needs');
  const hotWeights = createHotWeights(config.hotWeights, request.train, encoder.itemCount);
  const random = createRandom(config.seed);
  const batches = createTrainingBatches(trainWindows, config, encoder.itemCount, hotWeights, random);

  const epochs: EpochReport[] = [];
  let best: { epoch: number; state: EncoderState; metrics: RankingMetrics } | undefined;
  let looksWithoutBetter = 0;
  const result = (status: TrainResult['status'], stoppedEarly: boolean): TrainResult => {
    if (best === undefined) return { status, epochs, bestEpoch: epochs.length, stoppedEarly };
    encoder.restore(best.state);
    return { status, epochs, bestEpoch: best.epoch, bestValidation: best.metrics, stoppedEarly };
  };

  for (let epoch = 1; epoch <= config.epochs; epoch++) {
    const start = performance.now();
    const loss = await trainEpoch(request, batches, epoch);
    if (loss === undefined) return result('cancelled', false);
    const looksNow = validation !== undefined && (epoch % config.validateEvery === 0 || epoch === config.epochs);
    const metrics = looksNow ? await evaluateFullRanking({ encoder, ...validation }) : undefined;
    const report = { epoch, loss, ...(metrics && { validation: metrics }), milliseconds: performance.now() - start };
    epochs.push(report);
    request.onEpoch?.(report);
    if (metrics === undefined) continue;
    if (best === undefined || metrics.ndcg > best.metrics.ndcg) {
      best = { epoch, metrics, state: encoder.snapshot() };
      looksWithoutBetter = 0;
    } else if (++looksWithoutBetter >= config.patience) {
      return result('finished', true);
    }
  }
  return result('finished', false);
}

/** The mean loss of an epoch's steps; undefined when cancelled. */
async function trainEpoch(request: TrainRequest, batches: TrainingBatches, epoch: number): Promise<number | undefined> {
  const { encoder, config } = request;
  let step = 0;
  let sum = 0;
  for (const batch of batches.epoch()) {
    await setImmediate();
    if ((await request.beforeStep?.()) === 'cancel') return undefined;
    step += 1;
    const loss = encoder.trainStep(batch, config);
    if (!Number.isFinite(loss)) throw new NonFiniteLossError(epoch, step, loss);
    sum += loss;
    request.onStep?.({ epoch, step, stepsPerEpoch: batches.perEpoch, loss });
  }
  return sum / step;
}
