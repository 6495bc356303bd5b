import type { SequenceEncoderConfig } from '../config.js';
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
import { denseGradients } from './dense-gradient.js';
import { casePlaces, encoderCaseConfig } from './encoder-case.js';
import type { GoldenCase, GoldenResult } from './golden-case.js';
import { goldenParameters } from './golden-parameters.js';

/** Hidden and user vectors, and the gradients of sum(userVectors^2) / 2: a loss whose slope is the vectors themselves. */
export function runEncoderVariant(given: GoldenCase): GoldenResult {
  const config = encoderCaseConfig(given.config);
  const parameters = goldenParameters(given);
  const batch = casePlaces(given.inputs['itemIds']!);
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
    gradients: denseGradients(gradients, parameters),
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
