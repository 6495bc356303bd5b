import { ModelInputError } from '../../errors.js';
import { compute, differentiate } from '../../kernels/differentiate.js';
import { sigmoid } from '../../kernels/recorded.js';
import { floats, readFloats } from '../../kernels/tensorflow.js';
import { dropoutMasks } from '../../layers/dropout.js';
import { binaryCrossEntropy } from '../../losses/binary-cross-entropy.js';
import { adamStep } from '../../optimizers/adam.js';
import { isMovingStatistic, moveStatistics, type BatchStatistics } from '../../recorded-layers/batch-norm.js';
import { copyParameters, type Gradients, type Parameters } from '../parameters.js';
import { parseClickModelConfig, type ClickModelConfig } from './config.js';
import { checkFeatureRows, chooseRows, type FeatureRows } from './feature-rows.js';
import { clickLogit, clickLookups } from './forward.js';
import { clickModelShapes, initialParameters, trainableCount } from './parameters.js';

/** Predicts clicks from features: a DCN or its baseline. Weights and optimizer state live outside TensorFlow. */
export interface ClickModel {
  readonly config: ClickModelConfig;
  /** How many numbers training changes. */
  readonly parameterCount: number;
  /** Probability of a click, one a row. Throws a ModelInputError for rows that do not fit. */
  predict(rows: FeatureRows): Float32Array;
  /** One step in place; labels 0 or 1 (or a share). Returns the loss; one that is not finite leaves everything as it was. */
  trainStep(rows: FeatureRows, labels: Float32Array, settings: ClickStepSettings): number;
  /** A copy of weights and optimizer state. */
  snapshot(): ClickModelState;
  restore(state: ClickModelState): void;
}

export interface ClickStepSettings {
  readonly learningRate: number;
  /** Decoupled decay of dense weights. */
  readonly weightDecay: number;
  /** The same of the feature vectors that a batch touches. */
  readonly embeddingDecay: number;
}

export interface ClickModelState {
  /** Features of all fields together. */
  readonly features: number;
  /** Slots of each field. */
  readonly slots: readonly number[];
  readonly seed: number;
  readonly steps: number;
  readonly parameters: Parameters;
}

/** Rows predicted at once. */
const rowsPerBlock = 4096;

/** A fresh model; the same seed gives the same weights. Throws a ModelConfigError or ModelInputError for what cannot be. */
export function createClickModel(
  config: ClickModelConfig,
  { features, slots }: Pick<ClickModelState, 'features' | 'slots'>,
  seed: number,
): ClickModel {
  const parsed = parseClickModelConfig(config);
  if (!Number.isInteger(features) || features < 1)
    throw new ModelInputError(`features must be at least 1, not ${features}`);
  if (slots.length === 0 || slots.some((count) => !Number.isInteger(count) || count < 1)) {
    throw new ModelInputError(`slots must have at least one field, each of at least 1, not [${slots.join()}]`);
  }
  const parameters = initialParameters(clickModelShapes(parsed, features, slots.length), seed);
  return restoreClickModel(parsed, { features, slots, seed, steps: 0, parameters });
}

/** A model that owns the given state. */
export function restoreClickModel(config: ClickModelConfig, initial: ClickModelState): ClickModel {
  const { features, slots, seed } = initial;
  let { parameters, steps } = initial;
  const shapes = clickModelShapes(config, features, slots.length);
  const fixed = new Set([...shapes.keys()].filter(isMovingStatistic));

  function predictBlock(rows: FeatureRows): Float32Array {
    return compute(parameters, clickLookups(config, rows), (leaves) =>
      readFloats(sigmoid(clickLogit(config, rows, leaves).logit)),
    );
  }

  return {
    config,
    parameterCount: trainableCount(shapes),
    predict(rows) {
      checkFeatureRows(rows, features, slots);
      const probabilities = new Float32Array(rows.rows);
      for (let start = 0; start < rows.rows; start += rowsPerBlock) {
        const length = Math.min(rowsPerBlock, rows.rows - start);
        const block = chooseRows(
          rows,
          Int32Array.from({ length }, (_, index) => start + index),
        );
        probabilities.set(predictBlock(block), start);
      }
      return probabilities;
    },
    trainStep(rows, labels, settings) {
      checkFeatureRows(rows, features, slots);
      if (labels.length !== rows.rows || rows.rows === 0) {
        throw new ModelInputError(`${rows.rows} rows and ${labels.length} labels; a step needs at least one of each`);
      }
      const statistics: BatchStatistics = new Map();
      const [dropout, inputDropout] = masksOf(config, seed, steps + 1);
      const { loss, gradients } = differentiate({
        parameters,
        lookups: clickLookups(config, rows),
        fixed,
        loss: (leaves) => {
          const { logit } = clickLogit(config, rows, leaves, { statistics, dropout, inputDropout });
          return binaryCrossEntropy(logit, floats(labels, [labels.length]));
        },
      });
      if (!Number.isFinite(loss)) return loss;
      steps += 1;
      updateParameters(parameters, gradients, steps, settings);
      moveStatistics(parameters, statistics);
      return loss;
    },
    snapshot: () => ({ features, slots, seed, steps, parameters: copyParameters(parameters) }),
    restore(state) {
      if (state.features !== features || state.slots.join() !== slots.join()) {
        throw new ModelInputError('a state of other features does not fit this model');
      }
      parameters = copyParameters(state.parameters);
      steps = state.steps;
    },
  };
}

type Masks = ReturnType<typeof dropoutMasks>;

function masksOf(config: ClickModelConfig, seed: number, step: number): [Masks, Masks] {
  if (config.network === 'fm') return [undefined, undefined];
  return [dropoutMasks(config.dropout, seed, step), dropoutMasks(config.inputDropout, ~seed, step)];
}

function updateParameters(
  parameters: Parameters,
  gradients: Gradients,
  step: number,
  settings: ClickStepSettings,
): void {
  const { learningRate, weightDecay, embeddingDecay } = settings;
  const tables: Gradients = new Map();
  const dense: Gradients = new Map();
  for (const [name, gradient] of gradients) (gradient instanceof Float32Array ? dense : tables).set(name, gradient);
  adamStep(parameters, dense, step, { learningRate, weightDecay });
  adamStep(parameters, tables, step, { learningRate, weightDecay: embeddingDecay });
}
