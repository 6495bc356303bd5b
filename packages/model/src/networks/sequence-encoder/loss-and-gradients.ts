import type { SequenceEncoderConfig } from '../../config.js';
import type { createDistinctRows, DistinctRows } from '../../data/distinct-rows.js';
import { gatherRows } from '../../data/gather-rows.js';
import { placesAmongReal, realPlaces, type PlaceBatch } from '../../data/place-batch.js';
import { gather, segmentSum } from '../../kernels/kernels.js';
import { floats, free, integers, readFloats, scope, type Tensor } from '../../kernels/tensorflow.js';
import { causalMask } from '../../layers/attention-mask.js';
import type { DropoutMasks } from '../../layers/dropout.js';
import { inBatchSoftmax } from '../../losses/in-batch-softmax.js';
import type { TrainingBatch } from '../encoder.js';
import type { Gradients, Parameters, RowGradients } from '../parameters.js';
import { encoderForward, encoderGradient, type EncoderInput } from './network.js';
import { readGradients, uploadWeights } from './weights.js';

export interface LossSettings {
  readonly maskAccidentalHits: boolean;
  readonly dropout?: DropoutMasks | undefined;
  readonly distinctRows: ReturnType<typeof createDistinctRows>;
}

/** One pass forward and backward. Tables get gradients of the rows that the batch touches, nothing else. */
export function lossAndGradients(
  config: SequenceEncoderConfig,
  parameters: Parameters,
  batch: TrainingBatch,
  { maskAccidentalHits, dropout, distinctRows }: LossSettings,
): { loss: number; gradients: Gradients } {
  const isReal = realPlaces(batch);
  const gradients: Gradients = new Map();
  let loss = Number.NaN;
  scope(() => {
    const weights = uploadWeights(config, parameters);
    const items = uploadRows(parameters, 'item_embeddings', batch.items, distinctRows);
    const labels = uploadRows(parameters, 'outputs_embedding', batch.labels, distinctRows);
    const input = { ...encoderInput(batch, isReal, items.vectors), dropout };
    const output = encoderForward(config, input, weights);
    const softmax = inBatchSoftmax(output.hidden, labels.vectors, { ...batch, isReal, maskAccidentalHits });
    loss = softmax.loss;
    gradients.set('outputs_embedding', labels.gradient(softmax.dlabelVectors));
    free([output.hidden, labels.vectors, softmax.dlabelVectors]);
    const encoder = encoderGradient(config, softmax.dhidden, input, output, weights);
    gradients.set('item_embeddings', items.gradient(encoder.ditems));
    for (const [name, gradient] of readGradients(config, encoder.weights)) gradients.set(name, gradient);
  });
  return { loss, gradients };
}

/** What the network needs beside its weights, from left-padded items and their vectors. */
export function encoderInput(batch: PlaceBatch, isReal: Float32Array, items: Tensor): EncoderInput {
  return {
    batch: batch.batch,
    length: batch.length,
    items,
    places: integers(placesAmongReal(batch), [batch.items.length]),
    mask: causalMask(isReal, batch.batch, batch.length),
  };
}

interface UploadedRows {
  /** [L * B, D] */
  readonly vectors: Tensor;
  gradient(dvectors: Tensor): RowGradients;
}

/** Only the distinct rows of the table travel to TensorFlow and only their gradients come back. */
function uploadRows(
  parameters: Parameters,
  table: string,
  indexes: Int32Array,
  distinctRows: (indexes: Int32Array, bound: number) => DistinctRows,
): UploadedRows {
  const { value, shape } = parameters.get(table)!;
  const [rowCount = 0, dim = 0] = shape;
  const { rows, slots } = distinctRows(indexes, rowCount);
  const values = gatherRows(value, rows, dim);
  const slotTensor = integers(slots, [slots.length]);
  return {
    vectors: gather(floats(values, [rows.length, dim]), slotTensor),
    gradient: (dvectors) => ({ rows, values: readFloats(segmentSum(dvectors, slotTensor, rows.length)) }),
  };
}
