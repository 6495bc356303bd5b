import type { SequenceEncoderConfig } from '../../config.js';
import { gatherRows } from '../../data/gather-rows.js';
import { placeBatch, realPlaces } from '../../data/place-batch.js';
import { sequenceCount, type SequenceBatch } from '../../data/sequence-batch.js';
import { sliceFirst } from '../../kernels/kernels.js';
import { floats, readFloats, scope } from '../../kernels/tensorflow.js';
import { encoderInput } from './loss-and-gradients.js';
import { encoderForward } from './network.js';
import type { EncoderWeights } from './weights.js';

/** Places a block may have, L * B; bounds the memory that encoding takes. */
const placesPerBlock = 16_384;

/** User vectors, sequences x D. Sequences of like length go together, so that little is spent on padding. */
export function encodeSequences(
  config: SequenceEncoderConfig,
  sequences: SequenceBatch,
  table: Float32Array,
  weights: EncoderWeights,
): Float32Array {
  const { dim, sequenceLength } = config;
  const { offsets } = sequences;
  const users = sequenceCount(sequences);
  const vectors = new Float32Array(users * dim);
  const lengthOf = (user: number): number => Math.min(offsets[user + 1]! - offsets[user]!, sequenceLength);
  const byLength = Int32Array.from({ length: users }, (_, user) => user)
    .filter((user) => lengthOf(user) > 0)
    .sort((a, b) => lengthOf(a) - lengthOf(b));
  let start = 0;
  while (start < byLength.length) {
    let end = start + 1;
    while (end < byLength.length && (end + 1 - start) * lengthOf(byLength[end]!) <= placesPerBlock) end++;
    const block = byLength.subarray(start, end);
    const last = encodeBlock(config, sequences, block, lengthOf(block.at(-1)!), table, weights);
    block.forEach((user, row) => vectors.set(last.subarray(row * dim, (row + 1) * dim), user * dim));
    start = end;
  }
  return vectors;
}

/** The last place's vectors, block x D. */
function encodeBlock(
  config: SequenceEncoderConfig,
  sequences: SequenceBatch,
  block: Int32Array,
  length: number,
  table: Float32Array,
  weights: EncoderWeights,
): Float32Array {
  const { dim } = config;
  const batch = placeBatch(sequences, block, length);
  const items = gatherRows(table, batch.items, dim);
  let last = new Float32Array(0);
  scope(() => {
    const input = encoderInput(batch, realPlaces(batch), floats(items, [batch.items.length, dim]));
    const { hidden } = encoderForward(config, input, weights);
    last = readFloats(sliceFirst(hidden, (length - 1) * block.length, block.length)) as Float32Array<ArrayBuffer>;
  });
  return last;
}
