import { adagradParameter } from '../../optimizers/adagrad.js';
import { createRandom } from '../../random/random.js';
import type { Parameters } from '../parameters.js';
import type { TwoTowerConfig } from './config.js';
import type { TwoTowerFeatures } from './features.js';

/** Keras' limit of fresh embeddings. */
const embeddingLimit = 0.05;

/** Every parameter's shape by name. */
export function parameterShapes(config: TwoTowerConfig, sizes: TwoTowerFeatures['sizes']): Map<string, number[]> {
  const { embedding, layers, maxTokens } = config;
  const shapes = new Map([
    ['user.id', [sizes.users, embedding]],
    ['user.bucket', [sizes.buckets, embedding]],
  ]);
  addStack(shapes, 'query', 2 * embedding + 1, layers);
  return new Map([...shapes, ...candidateShapes(config, { ids: sizes.ids, tokens: maxTokens })]);
}

/** Those of the candidate tower. */
export function candidateShapes(
  { embedding, layers }: Pick<TwoTowerConfig, 'embedding' | 'layers'>,
  rows: { readonly ids: number; readonly tokens: number },
): Map<string, number[]> {
  const shapes = new Map([
    ['item.title', [rows.ids, embedding]],
    ['item.token', [rows.tokens, embedding]],
  ]);
  addStack(shapes, 'candidate', 2 * embedding, layers);
  return shapes;
}

function addStack(shapes: Map<string, number[]>, tower: string, width: number, layers: readonly number[]): void {
  layers.forEach((units, layer) => {
    shapes.set(`${tower}.${layer}.kernel`, [layers[layer - 1] ?? width, units]);
    shapes.set(`${tower}.${layer}.bias`, [units]);
  });
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
