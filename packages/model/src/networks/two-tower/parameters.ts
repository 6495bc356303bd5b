import { adagradParameter } from '../../optimizers/adagrad.js';
import { createRandom } from '../../random/random.js';
import type { Parameters } from '../parameters.js';
import type { TwoTowerConfig } from './config.js';
import type { TwoTowerFeatures } from './features.js';

/** Keras' limit of fresh embeddings. */
const embeddingLimit = 0.05;

/** Every parameter's shape by name. */
export function parameterShapes(
  { embedding, layers, maxTokens }: TwoTowerConfig,
  { users, buckets, ids }: TwoTowerFeatures['sizes'],
): Map<string, number[]> {
  const shapes = new Map<string, number[]>([
    ['user.id', [users, embedding]],
    ['user.bucket', [buckets, embedding]],
    ['item.title', [ids, embedding]],
    ['item.token', [maxTokens, embedding]],
  ]);
  const inputs = { query: 2 * embedding + 1, candidate: 2 * embedding };
  for (const [tower, width] of Object.entries(inputs)) {
    let input = width;
    layers.forEach((units, layer) => {
      shapes.set(`${tower}.${layer}.kernel`, [input, units]);
      shapes.set(`${tower}.${layer}.bias`, [units]);
      input = units;
    });
  }
  return shapes;
}

/** As Keras begins: tables uniform in -0.05 to 0.05, kernels uniform as in Glorot and Bengio 2010, biases 0. */
export function initialParameters(shapes: ReadonlyMap<string, readonly number[]>, seed: number): Parameters {
  const random = createRandom(seed);
  const parameters: Parameters = new Map();
  for (const [name, shape] of shapes) {
    const [rows = 0, width = 0] = shape;
    const value = new Float32Array(shape.reduce((product, length) => product * length, 1));
    const limit = name.endsWith('.kernel') ? Math.sqrt(6 / (rows + width)) : embeddingLimit;
    if (!name.endsWith('.bias')) value.forEach((_, at) => (value[at] = (2 * random.uniform() - 1) * limit));
    parameters.set(name, adagradParameter(shape, value));
  }
  return parameters;
}
