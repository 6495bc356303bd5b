import { createRandom, type Random } from '../../random/random.js';
import { isMovingStatistic } from '../../recorded-layers/batch-norm.js';
import { parameter, type Parameters } from '../parameters.js';
import type { ClickModelConfig, DcnConfig } from './config.js';

/** Shapes by name of what stands after an input vector of `width` values. */
export function crossNetworkShapes(config: DcnConfig, width: number): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  const dense = (name: string, inputs: number, outputs: number): void => {
    shapes.set(`${name}.kernel`, [inputs, outputs]);
    shapes.set(`${name}.bias`, [outputs]);
  };
  for (let layer = 0; layer < config.order; layer++) {
    switch (config.cross) {
      case 'v2':
        shapes.set(`cross${layer}.w`, [width, width]);
        shapes.set(`cross${layer}.b`, [width]);
        break;
      case 'mix':
        for (let expert = 0; expert < config.experts; expert++) {
          shapes.set(`cross${layer}.expert${expert}.u`, [width, config.rank]);
          shapes.set(`cross${layer}.expert${expert}.v`, [width, config.rank]);
          shapes.set(`cross${layer}.expert${expert}.b`, [width]);
        }
        dense(`cross${layer}.gate`, width, config.experts);
        break;
    }
  }
  let inputs = width;
  config.hidden.forEach((outputs, index) => {
    dense(`dnn${index}`, inputs, outputs);
    for (const name of ['gamma', 'beta', 'movingMean', 'movingVariance']) shapes.set(`dnn${index}.${name}`, [outputs]);
    inputs = outputs;
  });
  dense('linear', config.method === 'parallel' ? width + inputs : inputs, 1);
  return shapes;
}

/** Shapes by name of a model of so many features in so many fields. */
export function clickModelShapes(config: ClickModelConfig, features: number, fields: number): Map<string, number[]> {
  const tables: [string, number[]][] = [['embedding', [features, config.embedding]]];
  switch (config.network) {
    case 'dcn':
      if (config.linearTerm) tables.push(['feature_weights', [features, 1]]);
      return new Map([...tables, ...crossNetworkShapes(config, fields * config.embedding)]);
    case 'fm':
      return new Map([...tables, ['feature_weights', [features, 1]], ['bias', [1]]]);
  }
}

/** How many numbers training changes; the moving statistics of batch normalisation are not among them. */
export function trainableCount(shapes: ReadonlyMap<string, readonly number[]>): number {
  let count = 0;
  for (const [name, shape] of shapes) if (!isMovingStatistic(name)) count += size(shape);
  return count;
}

/** Matrices normal as in Glorot and Bengio 2010 (document 003 so), feature tables narrower, norms 1 and 0, biases 0. */
export function initialParameters(shapes: ReadonlyMap<string, readonly number[]>, seed: number): Parameters {
  const random = createRandom(seed);
  return new Map(Array.from(shapes, ([name, shape]) => [name, parameter(shape, initialValue(name, shape, random))]));
}

/** Deviation of fresh feature vectors. */
const tableSpread = 0.01;

function initialValue(name: string, shape: readonly number[], random: Random): Float32Array {
  const value = new Float32Array(size(shape));
  if (name.endsWith('.gamma') || name.endsWith('.movingVariance')) return value.fill(1);
  if (shape.length < 2 || name === 'feature_weights') return value;
  const spread = name === 'embedding' ? tableSpread : Math.sqrt(2 / (shape[0]! + shape[1]!));
  return value.map(() => spread * random.normal());
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
