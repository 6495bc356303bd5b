import { boolean, integer, number, oneOf, section, type Fields, share } from '../../config-checks.js';
import { ModelConfigError } from '../../errors.js';

/** Settings of two towers; the defaults are the document's. Source: document 001. */
export interface TwoTowerConfig {
  readonly network: 'two-tower';
  /** Width of every embedding table. */
  readonly embedding: number;
  /** Units of each tower's dense layers, relu after all but the last; the last is the length of the vectors. */
  readonly layers: readonly number[];
  /** Boundaries of the timestamp buckets. */
  readonly timestampBuckets: number;
  /** Rows of the token table, those of padding and unknown included. */
  readonly maxTokens: number;
  /** An item's categories are tokens too, beside those of its title. */
  readonly categories: boolean;
}

export interface TwoTowerTrainingConfig {
  readonly batchSize: number;
  /** Adagrad's step size. */
  readonly learningRate: number;
  readonly epochs: number;
  readonly seed: number;
  /** Share of candidates whose id is replaced by the unknown one, drawn anew at each step. */
  readonly unknownIds: number;
  /** `corrected`: the log of a candidate's share of the training pairs is subtracted from its scores. */
  readonly hotWeights: 'corrected' | 'none';
  /** Leaves out other rows' candidates that are the row's own. */
  readonly maskAccidentalHits: boolean;
  /** Scores are divided by it before the softmax. */
  readonly temperature: number;
  /** Share of values dropped from what enters each tower's first dense layer. */
  readonly dropout: number;
  /** Half the sum of squares of the batch's vectors, times this, joins the loss. */
  readonly l2: number;
}

export interface TwoTowerModelConfig {
  readonly towers: TwoTowerConfig;
  readonly training: TwoTowerTrainingConfig;
}

export const defaultTwoTowerConfig: TwoTowerModelConfig = {
  towers: {
    network: 'two-tower',
    embedding: 32,
    layers: [32],
    timestampBuckets: 1000,
    maxTokens: 10_000,
    categories: false,
  },
  training: {
    batchSize: 2048,
    learningRate: 0.1,
    epochs: 300,
    seed: 1,
    unknownIds: 0,
    hotWeights: 'none',
    maskAccidentalHits: false,
    temperature: 1,
    dropout: 0,
    l2: 0,
  },
};

const positive = number('above 0', (value) => value > 0);

const towersFields: Fields<TwoTowerConfig> = {
  network: oneOf('two-tower'),
  embedding: integer(1, 4096),
  layers: stack,
  timestampBuckets: integer(2, 1_000_000),
  maxTokens: integer(3, 10_000_000),
  categories: boolean,
};

const trainingFields: Fields<TwoTowerTrainingConfig> = {
  batchSize: integer(1, 65_536),
  learningRate: positive,
  epochs: integer(1, 1_000_000),
  seed: integer(0, 2 ** 32 - 1),
  unknownIds: number('from 0 to 1', (value) => value >= 0 && value <= 1),
  hotWeights: oneOf('corrected', 'none'),
  maskAccidentalHits: boolean,
  temperature: positive,
  dropout: share,
  l2: number('at least 0', (value) => value >= 0),
};

/** Reads `towers.*` from parsed JSON. Throws a ModelConfigError naming the first field that is unknown or out of range. */
export function parseTwoTowerConfig(input: unknown): TwoTowerConfig {
  return section('towers', input, towersFields, defaultTwoTowerConfig.towers);
}

/** Reads `training.*` from parsed JSON. Throws a ModelConfigError naming the first field that is unknown or out of range. */
export function parseTwoTowerTrainingConfig(input: unknown): TwoTowerTrainingConfig {
  return section('training', input, trainingFields, defaultTwoTowerConfig.training);
}

function stack(field: string, value: unknown): void {
  const unit = integer(1, 65_536);
  if (!Array.isArray(value) || value.length === 0 || value.length > 16) {
    throw new ModelConfigError(field, 'a list of 1 to 16 layer widths', value);
  }
  value.forEach((units, index) => unit(`${field}[${index}]`, units));
}
