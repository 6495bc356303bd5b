import { integer, number, section, type Fields } from '../config-checks.js';

/** How a click model is trained. */
export interface ClickTrainingConfig {
  /** Rows a step. */
  readonly batchSize: number;
  /** Adam's step size. */
  readonly learningRate: number;
  /** Decoupled decay of dense weights, a step. */
  readonly weightDecay: number;
  /** The same of the feature vectors that a batch touches. */
  readonly embeddingDecay: number;
  /** At most this many passes over the rows. */
  readonly epochs: number;
  /** Looks at the validation rows in an epoch. */
  readonly checksPerEpoch: number;
  /** Stops after this many checks without a better validation AUC. */
  readonly patience: number;
  readonly seed: number;
}

export const defaultClickTrainingConfig: ClickTrainingConfig = {
  batchSize: 1024,
  learningRate: 1e-3,
  weightDecay: 0,
  embeddingDecay: 0,
  epochs: 50,
  checksPerEpoch: 1,
  patience: 10,
  seed: 1,
};

const decay = number('at least 0', (value) => value >= 0);

const fields: Fields<ClickTrainingConfig> = {
  batchSize: integer(1, 1_048_576),
  learningRate: number('above 0', (value) => value > 0),
  weightDecay: decay,
  embeddingDecay: decay,
  epochs: integer(1, 1_000_000),
  checksPerEpoch: integer(1, 1000),
  patience: integer(1, 1_000_000),
  seed: integer(0, 2 ** 32 - 1),
};

/** From parsed JSON; what is left out has its default. Throws a ModelConfigError naming the field. */
export function parseClickTrainingConfig(input: unknown, name = 'training'): ClickTrainingConfig {
  return section(name, input, fields, defaultClickTrainingConfig);
}
