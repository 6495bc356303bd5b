import { defaultModelConfig, type SequenceEncoderConfig } from '../config.js';
import { createDistinctRows } from '../data/distinct-rows.js';
import { realPlaces, type PlaceBatch } from '../data/place-batch.js';
import { diagonal, gather, sliceFirst, transpose } from '../kernels/kernels.js';
import { floats, integers, readFloats, scope, type Tensor } from '../kernels/tensorflow.js';
import { inBatchLogits } from '../losses/in-batch-softmax.js';
import { softmaxLoss } from '../losses/softmax-loss.js';
import type { TrainingBatch } from '../networks/encoder.js';
import { parameter, type Parameters } from '../networks/parameters.js';
import { encoderInput } from '../networks/sequence-encoder/encoder-input.js';
import { lossAndGradients } from '../networks/sequence-encoder/loss-and-gradients.js';
import { encoderForward } from '../networks/sequence-encoder/network.js';
import { uploadWeights } from '../networks/sequence-encoder/weights.js';
import { denseGradient } from './dense-gradient.js';
import type { GoldenCase, GoldenResult, GoldenTensor } from './golden-case.js';

export function runSequenceEncoder(given: GoldenCase): GoldenResult {
  const config = encoderConfig(given.config);
  const parameters: Parameters = new Map(
    Object.entries(given.weights).map(([name, tensor]) => [name, parameter(tensor.shape, floatsOf(tensor))]),
  );
  const batch = trainingBatch(given);
  const maskAccidentalHits = given.config['maskAccidentalHits'] === true;
  const settings = { loss: softmaxLoss({ maskAccidentalHits }, batch), distinctRows: createDistinctRows() };
  const { loss, gradients } = lossAndGradients(config, parameters, batch, settings);
  return {
    outputs: { ...forward(config, parameters, batch, maskAccidentalHits), loss: [loss] },
    gradients: Object.fromEntries(
      Array.from(gradients, ([name, gradient]) => [name, denseGradient(gradient, parameters.get(name)!)]),
    ),
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

function encoderConfig(config: GoldenCase['config']): SequenceEncoderConfig {
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
  };
}

function trainingBatch({ config, inputs }: GoldenCase): TrainingBatch {
  const [batch = 0, length = 0] = inputs['itemIds']!.shape;
  const items = Int32Array.from(placeByPlace(inputs['itemIds']!));
  const labels = Int32Array.from(placeByPlace(inputs['labels']!));
  const places: PlaceBatch = { batch, length, items };
  if (config['hotWeight'] !== true) return { ...places, labels };
  const isReal = realPlaces(places);
  const hotWeights = placeByPlace(inputs['hotWeights']!).map((weight, at) => weight * isReal[at]!);
  return { ...places, labels, hotWeights };
}

/** [B, L] -> [L, B], flat. */
function placeByPlace(tensor: GoldenTensor): Float32Array {
  const [batch = 0, length = 0] = tensor.shape;
  return Float32Array.from({ length: batch * length }, (_, at) => {
    const [place, row] = [Math.floor(at / batch), at % batch];
    return tensor.values[row * length + place] ?? Number.NaN;
  });
}

function floatsOf({ values }: GoldenTensor): Float32Array {
  return Float32Array.from(values, (value) => value ?? Number.NaN);
}
