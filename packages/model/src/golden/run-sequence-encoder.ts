import type { SequenceEncoderConfig } from '../config.js';
import { createDistinctRows } from '../data/distinct-rows.js';
import { realPlaces } from '../data/place-batch.js';
import { diagonal, gather, sliceFirst, transpose } from '../kernels/kernels.js';
import { floats, integers, readFloats, scope, type Tensor } from '../kernels/tensorflow.js';
import { inBatchLogits } from '../losses/in-batch-softmax.js';
import { softmaxLoss } from '../losses/softmax-loss.js';
import type { TrainingBatch } from '../networks/encoder.js';
import type { Parameters } from '../networks/parameters.js';
import { encoderInput } from '../networks/sequence-encoder/encoder-input.js';
import { lossAndGradients } from '../networks/sequence-encoder/loss-and-gradients.js';
import { encoderForward } from '../networks/sequence-encoder/network.js';
import { uploadWeights } from '../networks/sequence-encoder/weights.js';
import { denseGradients } from './dense-gradient.js';
import { casePlaces, encoderCaseConfig, placeByPlace } from './encoder-case.js';
import type { GoldenCase, GoldenResult } from './golden-case.js';
import { goldenParameters } from './golden-parameters.js';

export function runSequenceEncoder(given: GoldenCase): GoldenResult {
  const config = encoderCaseConfig(given.config);
  const parameters = goldenParameters(given);
  const batch = trainingBatch(given);
  const maskAccidentalHits = given.config['maskAccidentalHits'] === true;
  const settings = { loss: softmaxLoss({ maskAccidentalHits }, batch), distinctRows: createDistinctRows() };
  const { loss, gradients } = lossAndGradients(config, parameters, batch, settings);
  return {
    outputs: { ...forward(config, parameters, batch, maskAccidentalHits), loss: [loss] },
    gradients: denseGradients(gradients, parameters),
  };
}

function forward(
  config: SequenceEncoderConfig,
  parameters: Parameters,
  batch: TrainingBatch,
  maskAccidentalHits: boolean,
): GoldenResult['outputs'] {
  const isReal = realPlaces(batch);
  const outputs: Record<string, Float32Array> = {};
  scope(() => {
    const input = encoderInput(config, batch, rowsOf(parameters, 'item_embeddings', batch.items));
    const { hidden } = encoderForward(config, input, uploadWeights(config, parameters));
    const labels = { ...batch, isReal, maskAccidentalHits };
    const logits = inBatchLogits(hidden, rowsOf(parameters, 'outputs_embedding', batch.labels), labels);
    const byPlace = hidden.reshape([batch.length, batch.batch, config.dim]);
    outputs['hidden'] = readFloats(transpose(byPlace, [1, 0, 2]));
    outputs['userVectors'] = readFloats(sliceFirst(byPlace, batch.length - 1, 1));
    outputs['logits'] = readFloats(logits);
    outputs['positiveLogits'] = readFloats(diagonal(logits));
  });
  return outputs;
}

function rowsOf(parameters: Parameters, table: string, indexes: Int32Array): Tensor {
  const { value, shape } = parameters.get(table)!;
  return gather(floats(value, [...shape]), integers(indexes, [indexes.length]));
}

function trainingBatch({ config, inputs }: GoldenCase): TrainingBatch {
  const places = casePlaces(inputs['itemIds']!);
  const labels = Int32Array.from(placeByPlace(inputs['labels']!));
  if (config['hotWeight'] !== true) return { ...places, labels };
  const isReal = realPlaces(places);
  const hotWeights = placeByPlace(inputs['hotWeights']!).map((weight, at) => weight * isReal[at]!);
  return { ...places, labels, hotWeights };
}
