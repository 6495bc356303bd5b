import { boolean, integer, number, oneOf, section, type Fields, share } from '../../config-checks.js';
import { ModelConfigError } from '../../errors.js';
import { dcnFields, type DcnConfig } from '../dcn/config.js';

/** Target attention over the history, then a DCN over the features of each candidate, and how both are trained. */
export interface RankerConfig extends Pick<
  DcnConfig,
  'cross' | 'order' | 'rank' | 'experts' | 'hidden' | 'method' | 'dropout' | 'normEpsilon'
> {
  /** T: the newest items of a history that are looked at. */
  readonly history: number;
  /** D: length of the vectors that attention works with; divisible by `heads`. */
  readonly dim: number;
  readonly heads: number;
  /** Rows of the table of candidates' own vectors, which items share by hashing when there are more of them; 0: no table. */
  readonly itemBuckets: number;
  /** Length of a candidate's own vector. */
  readonly itemDim: number;
  /** What a list teaches: that its click comes first, or of each candidate whether it was clicked. */
  readonly loss: 'listwise' | 'pointwise';
  /** Whether the recalled score goes into the output with a weight of its own, so that a fresh ranker keeps the order. */
  readonly keepScore: boolean;
  /** Share of candidates that training shows as items that the encoder has not seen, so that new items get a trained place. */
  readonly hiddenItems: number;
  /** Lists a step. */
  readonly batchSize: number;
  /** Adam's step size. */
  readonly learningRate: number;
  /** Decoupled, of all matrices and tables. */
  readonly weightDecay: number;
  /** At most this many passes over the lists. */
  readonly epochs: number;
  /** Stops after this many epochs without a better validation NDCG@10. */
  readonly patience: number;
  readonly seed: number;
}

export const defaultRankerConfig: RankerConfig = {
  history: 50,
  dim: 32,
  heads: 2,
  itemBuckets: 0,
  itemDim: 8,
  cross: 'mix',
  order: 1,
  rank: 8,
  experts: 2,
  hidden: [64, 32],
  method: 'parallel',
  dropout: 0.2,
  normEpsilon: 1e-5,
  loss: 'listwise',
  keepScore: true,
  hiddenItems: 0.05,
  batchSize: 32,
  learningRate: 1e-3,
  weightDecay: 0,
  epochs: 30,
  patience: 5,
  seed: 1,
};

const fields: Fields<RankerConfig> = {
  history: integer(1, 4096),
  dim: integer(1, 4096),
  heads: integer(1, 256),
  itemBuckets: integer(0, 100_000_000),
  itemDim: integer(1, 4096),
  cross: dcnFields.cross,
  order: dcnFields.order,
  rank: dcnFields.rank,
  experts: dcnFields.experts,
  hidden: dcnFields.hidden,
  method: dcnFields.method,
  dropout: dcnFields.dropout,
  normEpsilon: dcnFields.normEpsilon,
  loss: oneOf('listwise', 'pointwise'),
  keepScore: boolean,
  hiddenItems: share,
  batchSize: integer(1, 65_536),
  learningRate: number('above 0', (value) => value > 0),
  weightDecay: number('at least 0', (value) => value >= 0),
  epochs: integer(1, 1_000_000),
  patience: integer(1, 1_000_000),
  seed: integer(0, 2 ** 32 - 1),
};

/** From parsed JSON; what is left out has its default. Throws a ModelConfigError naming the field. */
export function parseRankerConfig(input?: unknown, name = 'ranker'): RankerConfig {
  const config = section(name, input, fields, defaultRankerConfig);
  if (config.dim % config.heads !== 0) {
    throw new ModelConfigError(`${name}.dim`, `divisible by ${name}.heads (${config.heads})`, config.dim);
  }
  return config;
}
