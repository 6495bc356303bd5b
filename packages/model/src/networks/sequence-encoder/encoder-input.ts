import type { SequenceEncoderConfig } from '../../config.js';
import { placesAmongReal, realPlaces, type PlaceBatch } from '../../data/place-batch.js';
import { floats, integers, type Tensor } from '../../kernels/tensorflow.js';
import { attentionMask } from '../../layers/attention-mask.js';
import type { EncoderInput } from './network.js';

/** What the network needs beside its weights, from left-padded items and their vectors [L * B, D]. */
export function encoderInput(config: SequenceEncoderConfig, batch: PlaceBatch, items: Tensor): EncoderInput {
  const isReal = realPlaces(batch);
  return {
    batch: batch.batch,
    length: batch.length,
    items,
    places: integers(placesAmongReal(batch), [batch.items.length]),
    mask: attentionMask(config.attention, isReal, batch.batch, batch.length),
    inputMask: config.inputMask ? floats(isReal, [isReal.length, 1]) : undefined,
  };
}
