import { setImmediate } from 'node:timers/promises';
import { ModelInputError, NonFiniteLossError } from '../../errors.js';
import type { StepReport } from '../../training/train-encoder.js';
import { parseTwoTowerTrainingConfig, type TwoTowerTrainingConfig } from './config.js';
import { createPairBatches, type PairBatches, type Pairs } from './pair-batches.js';
import type { TwoTower } from './two-tower.js';

export interface TrainTwoTowerRequest {
  /** Trained in place. */
  readonly towers: TwoTower;
  readonly pairs: Pairs;
  readonly config: TwoTowerTrainingConfig;
  /** Epochs that the towers have behind them, when training goes on from a saved state; 0 unless set. */
  readonly epochsDone?: number;
  readonly onStep?: (step: StepReport) => void;
  /** May look at the towers, or save them; awaited. */
  readonly onEpoch?: (epoch: TwoTowerEpoch) => void | Promise<void>;
  /** Asked before every step; a promise may hold training up (pause). */
  readonly beforeStep?: () => Promise<'continue' | 'cancel'>;
}

export interface TwoTowerEpoch {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the pairs. */
  readonly loss: number;
  readonly milliseconds: number;
}

export interface TrainTwoTowerResult {
  readonly status: 'finished' | 'cancelled';
  readonly epochs: readonly TwoTowerEpoch[];
}

/**
 * Trains with in-batch softmax and Adagrad for a number of epochs; the last one's weights stay. Yields to the event loop
 * between steps. An interrupted training that is taken up from the weights of its last whole epoch ends with the same
 * weights. Throws a ModelInputError when there is nothing to train on and a NonFiniteLossError when the loss is not finite.
 */
export async function trainTwoTower(request: TrainTwoTowerRequest): Promise<TrainTwoTowerResult> {
  const { pairs, epochsDone = 0, onEpoch } = request;
  const config = parseTwoTowerTrainingConfig(request.config);
  checkPairs(pairs);
  const batches = createPairBatches(pairs, config);
  const epochs: TwoTowerEpoch[] = [];
  for (let epoch = epochsDone + 1; epoch <= config.epochs; epoch++) {
    const start = performance.now();
    const loss = await trainEpoch(request, config, batches, epoch);
    if (loss === undefined) return { status: 'cancelled', epochs };
    const report = { epoch, loss: loss / pairs.positives.length, milliseconds: performance.now() - start };
    epochs.push(report);
    await onEpoch?.(report);
  }
  return { status: 'finished', epochs };
}

/** The summed loss of an epoch's steps; undefined when cancelled. */
async function trainEpoch(
  { towers, beforeStep, onStep }: TrainTwoTowerRequest,
  config: TwoTowerTrainingConfig,
  batches: PairBatches,
  epoch: number,
): Promise<number | undefined> {
  let step = 0;
  let sum = 0;
  for (const batch of batches.epoch(epoch)) {
    await setImmediate();
    if ((await beforeStep?.()) === 'cancel') return undefined;
    step += 1;
    const loss = towers.trainStep(batch, config);
    if (!Number.isFinite(loss)) throw new NonFiniteLossError(epoch, step, loss);
    sum += loss;
    onStep?.({ epoch, step, stepsPerEpoch: batches.perEpoch, loss: loss / batch.positives.length });
  }
  return sum;
}

function checkPairs({ queries, positives, candidates }: Pairs): void {
  if (positives.length === 0) throw new ModelInputError('there are no pairs to train on');
  if (queries.users.length !== positives.length) {
    throw new ModelInputError(`${queries.users.length} queries for ${positives.length} positives`);
  }
  const count = candidates.ids.length;
  positives.forEach((candidate, pair) => {
    if (candidate < 0 || candidate >= count) {
      throw new ModelInputError(`positives[${pair}] must be from 0 to ${count - 1}, not ${candidate}`);
    }
  });
}
