import { defaultModelConfig, type SequenceEncoderConfig } from '../config.js';
import { createDistinctRows } from '../data/distinct-rows.js';
import type { PlaceBatch } from '../data/place-batch.js';
import { transpose } from '../kernels/kernels.js';
import { floats, readFloats, scope, type Tensor } from '../kernels/tensorflow.js';
import type { Loss } from '../losses/loss.js';
import type { Parameters } from '../networks/parameters.js';
import { encoderInput } from '../networks/sequence-encoder/encoder-input.js';
import { lossAndGradients } from '../networks/sequence-encoder/loss-and-gradients.js';
import { encoderForward } from '../networks/sequence-encoder/network.js';
import { tableRows } from '../networks/sequence-encoder/table-rows.js';
import { uploadWeights } from '../networks/sequence-encoder/weights.js';
import { denseGradient } from './dense-gradient.js';
import type { GoldenCase, GoldenResult, GoldenTensor } from './golden-case.js';
import { goldenParameters } from './golden-parameters.js';

/** Hidden and user vectors, and the gradients of sum(userVectors^2) / 2: a loss whose slope is the vectors themselves. */
export function runEncoderVariant(given: GoldenCase): GoldenResult {
  const config = variantConfig(given.config);
  const parameters = goldenParameters(given);
  const batch = placeByPlace(given.inputs['itemIds']!);
  const users = Int32Array.from(given.inputs['userIds']?.values ?? [], Number);
  let userVectors = new Float32Array(0);
  const halfSquares: Loss = (vectors: Tensor) => {
    userVectors = readFloats(vectors).slice();
    return { loss: 0, dvectors: floats(userVectors, [...vectors.shape]) };
  };
  const { gradients } = lossAndGradients(
    config,
    parameters,
    { ...batch, users, labels: new Int32Array(batch.batch) },
    { loss: halfSquares, distinctRows: createDistinctRows() },
  );
  return {
    outputs: { hidden: hidden(config, parameters, batch), userVectors },
    gradients: Object.fromEntries(
      Array.from(parameters, ([name, parameter]) => {
        // What the variant does not use, as positions that are off, stands in the case with a gradient of zeros.
        const gradient = gradients.get(name) ?? new Float32Array(parameter.value.length);
        return [name, denseGradient(gradient, parameter)];
      }),
    ),
  };
}

/** [B, L, D] */
function hidden(config: SequenceEncoderConfig, parameters: Parameters, batch: PlaceBatch): Float32Array {
  let values = new Float32Array(0);
  scope(() => {
    const items = tableRows(parameters, 'item_embeddings', createDistinctRows()).take(batch.items);
    const input = encoderInput(config, batch, items.vectors);
    const output = encoderForward(config, input, uploadWeights(config, parameters));
    const byPlace = output.hidden.reshape([batch.length, batch.batch, config.dim]);
    values = readFloats(transpose(byPlace, [1, 0, 2])).slice();
  });
  return values;
}

function variantConfig(config: GoldenCase['config']): SequenceEncoderConfig {
  const number = (name: string): number => Number(config[name]);
  return {
    ...defaultModelConfig.encoder,
    sequenceLength: number('sequenceLength'),
    dim: number('dim'),
    heads: number('heads'),
    layers: number('layers'),
    feedForward: number('feedForward'),
    dropout: 0,
    normEpsilon: number('normEpsilon'),
    inputNorm: false,
    attention: config['mask'] as SequenceEncoderConfig['attention'],
    positions: config['positions'] === true,
    inputMask: config['inputMask'] === true,
    pooling: config['pooling'] as SequenceEncoderConfig['pooling'],
    user: config['user'] as SequenceEncoderConfig['user'],
  };
}

/** [B, L] -> [L, B], flat. */
function placeByPlace({ shape, values }: GoldenTensor): PlaceBatch {
  const [batch = 0, length = 0] = shape;
  const items = Int32Array.from({ length: batch * length }, (_, at) =>
    Number(values[(at % batch) * length + Math.floor(at / batch)]),
  );
  return { batch, length, items };
}
