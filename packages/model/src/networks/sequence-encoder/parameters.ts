import type { SequenceEncoderConfig } from '../../config.js';
import { createRandom, type Random } from '../../random/random.js';
import { parameter, type Parameter, type Parameters } from '../parameters.js';

/** Spread of fresh embedding rows and dense kernels. */
const spread = 0.02;

/** The tables with a row for every item; they grow with the vocabulary. Row 0 is the padding. */
export function itemTables({ tiedTables }: SequenceEncoderConfig): string[] {
  return tiedTables ? ['item_embeddings'] : ['item_embeddings', 'outputs_embedding'];
}

/** The table of the vectors that are recalled. */
export function outputTable({ tiedTables }: SequenceEncoderConfig): string {
  return tiedTables ? 'item_embeddings' : 'outputs_embedding';
}

/** A row for every user; row 0 is for users that the model does not know. */
export const userTable = 'user_embeddings';

/** Every parameter's shape by name. */
export function parameterShapes(
  config: SequenceEncoderConfig,
  itemCount: number,
  userCount: number,
): Map<string, number[]> {
  const { dim, feedForward, sequenceLength } = config;
  const shapes = new Map<string, number[]>();
  for (const table of itemTables(config)) shapes.set(table, [itemCount + 1, dim]);
  if (config.positions) shapes.set('position_embeddings', [sequenceLength + 1, dim]);
  const dense = (name: string, input: number, output: number): void => {
    shapes.set(`${name}.kernel`, [input, output]);
    shapes.set(`${name}.bias`, [output]);
  };
  const norm = (name: string): void => {
    shapes.set(`${name}.gamma`, [dim]);
    shapes.set(`${name}.beta`, [dim]);
  };
  if (config.inputNorm) norm('input.norm');
  for (let layer = 0; layer < config.layers; layer++) {
    for (const name of ['query', 'key', 'value', 'dense']) dense(`layer${layer}.${name}`, dim, dim);
    norm(`layer${layer}.norm`);
    if (feedForward > 0) {
      dense(`layer${layer}.ffn_in`, dim, feedForward);
      dense(`layer${layer}.ffn_out`, feedForward, dim);
      norm(`layer${layer}.ffn_norm`);
    }
  }
  if (config.norm === 'pre') norm('output.norm');
  if (config.pooling === 'dense') dense('pool', sequenceLength, 1);
  if (config.user !== 'none') shapes.set(userTable, [userCount + 1, dim]);
  if (config.user === 'concat') dense('user', 2 * dim, dim);
  return shapes;
}

/** Norms begin at 1 and 0, biases at 0, tables normal with deviation 0.02, kernels uniform as in Glorot and Bengio 2010. */
export function initialParameters(
  config: SequenceEncoderConfig,
  itemCount: number,
  userCount: number,
  seed: number,
): Parameters {
  const random = createRandom(seed);
  const parameters: Parameters = new Map();
  for (const [name, shape] of parameterShapes(config, itemCount, userCount)) {
    const value = new Float32Array(shape.reduce((product, length) => product * length, 1));
    if (name.endsWith('.gamma')) value.fill(1);
    else if (name.endsWith('.kernel')) fillUniform(value, Math.sqrt(6 / (shape[0]! + shape[1]!)), random);
    else if (name.endsWith('embeddings') || name.endsWith('embedding')) fillNormal(value, random);
    parameters.set(name, parameter(shape, value));
  }
  for (const table of itemTables(config)) parameters.get(table)!.value.fill(0, 0, config.dim);
  return parameters;
}

/** Old rows with their optimizer state, and fresh rows behind them. */
export function grownTable(old: Parameter, rows: number, random: Random): Parameter {
  const [oldRows = 0, width = 0] = old.shape;
  const grown = parameter([rows, width], new Float32Array(rows * width));
  grown.value.set(old.value);
  grown.mean.set(old.mean);
  grown.variance.set(old.variance);
  fillNormal(grown.value.subarray(oldRows * width), random);
  return grown;
}

function fillNormal(values: Float32Array, random: Random): void {
  for (let index = 0; index < values.length; index++) values[index] = spread * random.normal();
}

function fillUniform(values: Float32Array, limit: number, random: Random): void {
  for (let index = 0; index < values.length; index++) values[index] = (2 * random.uniform() - 1) * limit;
}
