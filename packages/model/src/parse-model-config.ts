import {
  defaultModelConfig,
  type ModelConfig,
  type NegativesConfig,
  type SequenceEncoderConfig,
  type TrainingConfig,
} from './config.js';
import { boolean, integer, number, oneOf, record, section, type Check, type Fields, share } from './config-checks.js';
import { canLabelEveryPlace } from './encoder-traits.js';
import { ModelConfigError } from './errors.js';

const encoderFields: Fields<SequenceEncoderConfig> = {
  network: oneOf('sequence-encoder'),
  sequenceLength: integer(1, 4096),
  dim: integer(1, 4096),
  heads: integer(1, 256),
  layers: integer(1, 32),
  feedForward: integer(0, 65_536),
  dropout: share,
  normEpsilon: number('above 0', (value) => value > 0),
  inputNorm: boolean,
  activation: oneOf('relu', 'gelu'),
  norm: oneOf('post', 'pre'),
  tiedTables: boolean,
  unitVectors: boolean,
  attention: oneOf('causal', 'padding', 'inverted-padding', 'none'),
  inputMask: boolean,
  positions: boolean,
  pooling: oneOf('last', 'mean', 'global-average', 'dense'),
  user: oneOf('none', 'concat', 'sum', 'product'),
};

const trainingFields: Fields<TrainingConfig> = {
  batchSize: integer(1, 65_536),
  learningRate: number('above 0', (value) => value > 0),
  epochs: integer(1, 1_000_000),
  validateEvery: integer(1, 1_000_000),
  patience: integer(1, 1_000_000),
  seed: integer(0, 2 ** 32 - 1),
  hotWeights: oneOf('corrected', 'documentExact', 'none'),
  maskAccidentalHits: boolean,
  labels: oneOf('every-place', 'outside-prefix'),
  prefixesPerUser: integer(1, 1_000_000),
  negatives,
  temperature: number('above 0', (value) => value > 0),
  schedule: oneOf('constant', 'cosine'),
  warmupSteps: integer(0, 1_000_000_000),
  averaging: share,
  beta2: share,
  weightDecay: number('at least 0', (value) => value >= 0),
  batches: oneOf('random', 'like-length'),
  windowOverlap: share,
  itemStart: oneOf('random', 'co-occurrence'),
};

const kindsOfNegatives: { readonly [K in NegativesConfig['kind']]: Readonly<Record<string, Check>> } = {
  'in-batch': {},
  'in-batch-shared': { count: integer(0, 1_000_000) },
  mixed: { inBatch: integer(0, 1_000_000), uniform: integer(1, 1_000_000) },
  full: {},
};

/** Each kind has just its own fields, and all of them. */
function negatives(field: string, value: unknown): void {
  const { kind, ...given } = record(field, value);
  oneOf(...Object.keys(kindsOfNegatives))(`${field}.kind`, kind);
  const fields = kindsOfNegatives[kind as NegativesConfig['kind']];
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(fields, key)) {
      const known = ['kind', ...Object.keys(fields)].join(', ');
      throw new ModelConfigError(`${field}.${key}`, `one of ${known} where the kind is ${String(kind)}`, key);
    }
  }
  for (const [key, check] of Object.entries(fields)) check(`${field}.${key}`, given[key]);
}

/**
 * Reads settings from parsed JSON, `{ "encoder": {...}, "training": {...} }`. What is left out is as in `defaults`.
 * Throws a ModelConfigError naming the first field that is unknown or out of range.
 */
export function parseModelConfig(input: unknown, defaults = defaultModelConfig): ModelConfig {
  const parts = record('the model config', input);
  for (const key of Object.keys(parts)) {
    if (key !== 'encoder' && key !== 'training') throw new ModelConfigError(key, 'encoder or training', key);
  }
  const encoder = section('encoder', parts['encoder'], encoderFields, defaults.encoder);
  if (encoder.dim % encoder.heads !== 0) {
    throw new ModelConfigError('encoder.dim', `divisible by encoder.heads (${encoder.heads})`, encoder.dim);
  }
  return { encoder, training: trainingOf(encoder, parts['training'], defaults.training) };
}

/** Labels are those that the encoder can be trained on, unless the config says others. */
function trainingOf(encoder: SequenceEncoderConfig, input: unknown, defaults: TrainingConfig): TrainingConfig {
  const labels: TrainingConfig['labels'] = canLabelEveryPlace(encoder) ? 'every-place' : 'outside-prefix';
  const training = section('training', input, trainingFields, { ...defaults, labels });
  if (training.labels === 'every-place' && labels !== 'every-place') {
    const { attention, pooling, user } = encoder;
    const why = `attention ${attention}, pooling ${pooling} and user ${user}`;
    throw new ModelConfigError('training.labels', `outside-prefix for an encoder of ${why}`, training.labels);
  }
  if (training.hotWeights === 'documentExact' && training.negatives.kind !== 'in-batch') {
    const expected = `corrected or none where training.negatives.kind is ${training.negatives.kind}`;
    throw new ModelConfigError('training.hotWeights', expected, training.hotWeights);
  }
  return training;
}
