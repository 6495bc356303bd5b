import type { SequenceEncoderConfig } from '../../config.js';
import { floats, readFloats, type Tensor } from '../../kernels/tensorflow.js';
import type { DenseWeights } from '../../layers/dense.js';
import type { LayerNormWeights } from '../../layers/layer-norm.js';
import type { LayerWeights } from './layer.js';
import { valueOf, type Gradients, type Parameters } from '../parameters.js';

/** All but the tables of items and users, in TensorFlow; also the form of their gradients. */
export interface EncoderWeights extends LayerStackWeights, HeadWeights {}

/** From item vectors to hidden ones. */
export interface LayerStackWeights {
  /** [L + 1, D] */
  readonly positions: Tensor | undefined;
  readonly inputNorm: LayerNormWeights | undefined;
  readonly layers: readonly LayerWeights[];
  /** With `norm: 'pre'`. */
  readonly outputNorm: LayerNormWeights | undefined;
}

/** From hidden vectors to user vectors. */
export interface HeadWeights {
  /** With `pooling: 'dense'`: kernel [L, 1], bias [1]. */
  readonly pool: DenseWeights | undefined;
  /** With `user: 'concat'`: kernel [2D, D], bias [D]. */
  readonly user: DenseWeights | undefined;
}

const attentionInputs = ['query', 'key', 'value'];

export function uploadWeights(config: SequenceEncoderConfig, parameters: Parameters): EncoderWeights {
  const { dim, feedForward } = config;
  const upload = (name: string, shape: number[]): Tensor => floats(valueOf(parameters, name), shape);
  const norm = (name: string): LayerNormWeights => ({
    gamma: upload(`${name}.gamma`, [dim]),
    beta: upload(`${name}.beta`, [dim]),
  });
  const dense = (name: string, input: number, output: number): DenseWeights => ({
    kernel: upload(`${name}.kernel`, [input, output]),
    bias: upload(`${name}.bias`, [output]),
  });
  const layer = (prefix: string): LayerWeights => {
    const inputs = (part: string): Float32Array[] =>
      attentionInputs.map((name) => valueOf(parameters, `${prefix}.${name}.${part}`));
    return {
      attention: {
        queryKeyValue: {
          kernel: floats(sideBySide(inputs('kernel'), dim), [dim, 3 * dim]),
          bias: floats(sideBySide(inputs('bias'), dim), [3 * dim]),
        },
        dense: dense(`${prefix}.dense`, dim, dim),
      },
      norm: norm(`${prefix}.norm`),
      feedForward:
        feedForward === 0
          ? undefined
          : {
              dense: {
                in: dense(`${prefix}.ffn_in`, dim, feedForward),
                out: dense(`${prefix}.ffn_out`, feedForward, dim),
              },
              norm: norm(`${prefix}.ffn_norm`),
            },
    };
  };
  return {
    positions: config.positions ? upload('position_embeddings', [config.sequenceLength + 1, dim]) : undefined,
    inputNorm: config.inputNorm ? norm('input.norm') : undefined,
    layers: Array.from({ length: config.layers }, (_, index) => layer(`layer${index}`)),
    outputNorm: config.norm === 'pre' ? norm('output.norm') : undefined,
    pool: config.pooling === 'dense' ? dense('pool', config.sequenceLength, 1) : undefined,
    user: config.user === 'concat' ? dense('user', 2 * dim, dim) : undefined,
  };
}

/** Takes gradients out of TensorFlow, under the names of the parameters. */
export function readGradients({ dim }: SequenceEncoderConfig, weights: EncoderWeights): Gradients {
  const gradients: Gradients = new Map();
  const norm = (name: string, { gamma, beta }: LayerNormWeights): void => {
    gradients.set(`${name}.gamma`, readFloats(gamma));
    gradients.set(`${name}.beta`, readFloats(beta));
  };
  const dense = (name: string, { kernel, bias }: DenseWeights): void => {
    gradients.set(`${name}.kernel`, readFloats(kernel));
    gradients.set(`${name}.bias`, readFloats(bias));
  };
  if (weights.positions !== undefined) gradients.set('position_embeddings', readFloats(weights.positions));
  if (weights.inputNorm !== undefined) norm('input.norm', weights.inputNorm);
  weights.layers.forEach(({ attention, norm: layerNorm, feedForward }, index) => {
    const prefix = `layer${index}`;
    const kernels = apart(readFloats(attention.queryKeyValue.kernel), attentionInputs.length, dim);
    const biases = apart(readFloats(attention.queryKeyValue.bias), attentionInputs.length, dim);
    attentionInputs.forEach((name, input) => {
      gradients.set(`${prefix}.${name}.kernel`, kernels[input]!);
      gradients.set(`${prefix}.${name}.bias`, biases[input]!);
    });
    dense(`${prefix}.dense`, attention.dense);
    norm(`${prefix}.norm`, layerNorm);
    if (feedForward !== undefined) {
      dense(`${prefix}.ffn_in`, feedForward.dense.in);
      dense(`${prefix}.ffn_out`, feedForward.dense.out);
      norm(`${prefix}.ffn_norm`, feedForward.norm);
    }
  });
  if (weights.outputNorm !== undefined) norm('output.norm', weights.outputNorm);
  if (weights.pool !== undefined) dense('pool', weights.pool);
  if (weights.user !== undefined) dense('user', weights.user);
  return gradients;
}

/** Matrices of `width` columns -> one matrix with all their columns. */
function sideBySide(parts: readonly Float32Array[], width: number): Float32Array {
  const rows = parts[0]!.length / width;
  const joined = new Float32Array(parts.length * rows * width);
  for (let row = 0; row < rows; row++) {
    parts.forEach((part, index) =>
      joined.set(part.subarray(row * width, (row + 1) * width), (row * parts.length + index) * width),
    );
  }
  return joined;
}

/** The reverse of `sideBySide`. */
function apart(joined: Float32Array, count: number, width: number): Float32Array[] {
  const rows = joined.length / (count * width);
  return Array.from({ length: count }, (_, index) => {
    const part = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      const start = (row * count + index) * width;
      part.set(joined.subarray(start, start + width), row * width);
    }
    return part;
  });
}
