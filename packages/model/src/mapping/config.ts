import { integer, number, section, type Fields } from '../config-checks.js';

/** Settings of the towers and the mapping that give new items a vector. */
export interface ColdStartConfig {
  /** Width of the towers' tables and units of their dense layers. */
  readonly embedding: number;
  /** At most this many passes over the clicks ... */
  readonly epochs: number;
  /** ... and about this many clicks in all: training takes no longer than that on a log of any length. */
  readonly clicks: number;
  readonly batchSize: number;
  /** Adagrad's step size. */
  readonly learningRate: number;
  /** Share of candidates whose id is replaced by the unknown one while training. */
  readonly unknownIds: number;
  readonly l2: number;
  /** Share of the described items that are held out: half choose lambda, half are measured. */
  readonly heldOut: number;
  /** Described items with clicks below which nothing is trained. */
  readonly leastItems: number;
  readonly seed: number;
}

export const defaultColdStartConfig: ColdStartConfig = {
  embedding: 32,
  epochs: 6,
  clicks: 2_000_000,
  batchSize: 2048,
  learningRate: 0.1,
  unknownIds: 0.5,
  l2: 0,
  heldOut: 0.1,
  leastItems: 50,
  seed: 1,
};

const fields: Fields<ColdStartConfig> = {
  embedding: integer(1, 1024),
  epochs: integer(1, 10_000),
  clicks: integer(1, 1_000_000_000),
  batchSize: integer(2, 65_536),
  learningRate: number('above 0', (value) => value > 0),
  unknownIds: number('above 0 and at most 1', (value) => value > 0 && value <= 1),
  l2: number('at least 0', (value) => value >= 0),
  heldOut: number('above 0 and below 1', (value) => value > 0 && value < 1),
  leastItems: integer(10, 1_000_000),
  seed: integer(0, 2 ** 32 - 1),
};

/** Completes settings with defaults. Throws a ModelConfigError naming the first field that is unknown or out of range. */
export function parseColdStartConfig(input: unknown): ColdStartConfig {
  return section('coldStart', input, fields, defaultColdStartConfig);
}
