import { setImmediate } from 'node:timers/promises';
import { ModelInputError, NonFiniteLossError } from '../errors.js';
import { clickMetrics, type ClickMetrics } from '../evaluation/click-metrics.js';
import type { ClickModel, ClickModelState } from '../networks/dcn/click-model.js';
import { chooseRows, type FeatureRows } from '../networks/dcn/feature-rows.js';
import { createRandom, shuffle } from '../random/random.js';
import type { ClickTrainingConfig } from './click-training-config.js';

/** Rows and whether they were clicked, 1 or 0. */
export interface LabelledRows {
  readonly features: FeatureRows;
  readonly labels: Float32Array;
  /** For the grouped AUC, such as a row's user. */
  readonly groups?: Int32Array | undefined;
}

export interface ClickTrainRequest {
  /** Trained in place. */
  readonly model: ClickModel;
  /** The same for all epochs, or made for each (from 1), as sampled non-clicks are. */
  readonly train: LabelledRows | ((epoch: number) => LabelledRows);
  /** Chooses the weights. */
  readonly validation: LabelledRows;
  readonly config: ClickTrainingConfig;
  readonly onStep?: (step: { epoch: number; step: number; stepsPerEpoch: number; loss: number }) => void;
  readonly onCheck?: (check: ClickCheck) => void;
  /** Asked before every step; a promise may hold training up (pause). */
  readonly beforeStep?: () => Promise<'continue' | 'cancel'>;
  /** After every epoch, awaited; `state` copies what `resume` takes. */
  readonly onState?: (state: () => ClickTrainState) => void | Promise<void>;
  /** Goes on from here, as if there had been no interruption. */
  readonly resume?: ClickTrainState | undefined;
}

/** One look at the validation rows. */
export interface ClickCheck {
  /** From 1; a check within an epoch has a fraction. */
  readonly epoch: number;
  /** Mean over the steps since the check before. */
  readonly loss: number;
  readonly validation: ClickMetrics & { readonly auc: number };
  readonly milliseconds: number;
}

export interface ClickTrainState {
  readonly model: ClickModelState;
  readonly checks: readonly ClickCheck[];
  readonly best: { readonly check: ClickCheck; readonly model: ClickModelState } | undefined;
  readonly checksWithoutBetter: number;
  /** Whole epochs that are done. */
  readonly epochs: number;
}

export interface ClickTrainResult {
  readonly status: 'finished' | 'cancelled';
  readonly checks: readonly ClickCheck[];
  /** Of the weights that the model now has; absent when cancelled before the first check. */
  readonly best?: ClickCheck;
  readonly stoppedEarly: boolean;
}

/**
 * Trains by binary cross-entropy and ends with the weights of the best validation AUC. Yields to the event loop between
 * steps. Throws a ModelInputError when there is nothing to train on or the validation labels are of one class, where the
 * AUC is undefined, and a NonFiniteLossError.
 */
export async function trainClickModel(request: ClickTrainRequest): Promise<ClickTrainResult> {
  const { model, validation, config, resume } = request;
  checkClasses(validation.labels);
  const checks: ClickCheck[] = [...(resume?.checks ?? [])];
  let { best, checksWithoutBetter = 0 }: Partial<ClickTrainState> = resume ?? {};
  if (resume !== undefined) model.restore(resume.model);
  let sum = 0;
  let steps = 0;
  let since = performance.now();

  const result = (status: ClickTrainResult['status']): ClickTrainResult => {
    if (best !== undefined) model.restore(best.model);
    const stoppedEarly = status === 'finished' && checksWithoutBetter >= config.patience;
    return { status, checks, ...(best && { best: best.check }), stoppedEarly };
  };
  const look = (epoch: number): void => {
    const { features, labels, groups } = validation;
    const figures = clickMetrics(model.predict(features), labels, groups);
    const metrics = { ...figures, auc: figures.auc! };
    const check = { epoch, loss: sum / steps, validation: metrics, milliseconds: performance.now() - since };
    checks.push(check);
    request.onCheck?.(check);
    const isBetter = best === undefined || metrics.auc > best.check.validation.auc;
    if (isBetter) best = { check, model: model.snapshot() };
    checksWithoutBetter = isBetter ? 0 : checksWithoutBetter + 1;
    [sum, steps, since] = [0, 0, performance.now()];
  };

  for (let epoch = (resume?.epochs ?? 0) + 1; epoch <= config.epochs; epoch++) {
    if (checksWithoutBetter >= config.patience) break;
    const train = typeof request.train === 'function' ? request.train(epoch) : request.train;
    const batches = batchesOf(train, config.batchSize, config.seed + epoch);
    for (const [index, rows] of batches.entries()) {
      await setImmediate();
      if ((await request.beforeStep?.()) === 'cancel') return result('cancelled');
      const labels = Float32Array.from(rows, (row) => train.labels[row]!);
      const loss = model.trainStep(chooseRows(train.features, rows), labels, config);
      if (!Number.isFinite(loss)) throw new NonFiniteLossError(epoch, index + 1, loss);
      sum += loss;
      steps += 1;
      request.onStep?.({ epoch, step: index + 1, stepsPerEpoch: batches.length, loss });
      const part = checkAfter(index + 1, batches.length, config.checksPerEpoch);
      if (part === undefined) continue;
      look(epoch - 1 + part);
      if (checksWithoutBetter >= config.patience) break;
    }
    await request.onState?.(() => ({
      model: model.snapshot(),
      checks: [...checks],
      best,
      checksWithoutBetter,
      epochs: epoch,
    }));
  }
  return result('finished');
}

/** Shuffled; the same for the same seed. A leftover below half a batch waits for the next epoch. */
function batchesOf({ features, labels }: LabelledRows, batchSize: number, seed: number): Int32Array[] {
  if (features.rows === 0) throw new ModelInputError('train.features has no rows to train on');
  if (labels.length !== features.rows) {
    throw new ModelInputError(`train.labels must have ${features.rows} values, not ${labels.length}`);
  }
  const wrong = labels.findIndex((label) => !(label >= 0 && label <= 1));
  if (wrong >= 0) throw new ModelInputError(`train.labels[${wrong}] must be from 0 to 1, not ${labels[wrong]}`);
  const order = Int32Array.from({ length: features.rows }, (_, row) => row);
  shuffle(order, createRandom(seed));
  const count = Math.max(1, Math.round(features.rows / batchSize));
  return Array.from({ length: count }, (_, index) => order.subarray(index * batchSize, (index + 1) * batchSize));
}

/** The share of the epoch that is done when a check is due after `step`, else undefined. */
function checkAfter(step: number, stepsPerEpoch: number, checksPerEpoch: number): number | undefined {
  const done = (steps: number): number => Math.floor((steps * checksPerEpoch) / stepsPerEpoch);
  return done(step) > done(step - 1) ? done(step) / checksPerEpoch : undefined;
}

function checkClasses(labels: Float32Array): void {
  if (labels.includes(0) && labels.includes(1)) return;
  throw new ModelInputError('validation.labels must have clicks and non-clicks: the AUC is undefined for one class');
}
