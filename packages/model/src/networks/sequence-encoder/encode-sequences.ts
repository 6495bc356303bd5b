import type { SequenceEncoderConfig } from '../../config.js';
import { padsToLength } from '../../encoder-traits.js';
import { gatherRows } from '../../data/gather-rows.js';
import { placeBatch } from '../../data/place-batch.js';
import { sequenceCount, type SequenceBatch } from '../../data/sequence-batch.js';
import { together } from '../../kernels/together.js';
import { floats, readFloats, scope } from '../../kernels/tensorflow.js';
import { encoderInput } from './encoder-input.js';
import { encoderForward } from './network.js';
import { userVectors } from './user-vectors.js';
import type { EncoderWeights } from './weights.js';

/** Places a block may have, L * B; bounds the memory that encoding takes. */
const placesPerBlock = 16_384;

/** The tables that sequences are looked up in. */
export interface EncoderTables {
  readonly items: Float32Array;
  /** Undefined where the config has no user embeddings. */
  readonly users: Float32Array | undefined;
}

/**
 * User vectors, sequences x D; zeros for an empty sequence. Sequences of like length go together, so that little is spent
 * on padding.
 */
export function encodeSequences(
  config: SequenceEncoderConfig,
  sequences: SequenceBatch,
  tables: EncoderTables,
  weights: EncoderWeights,
): Float32Array {
  const { dim, sequenceLength } = config;
  const { offsets } = sequences;
  const users = sequenceCount(sequences);
  const vectors = new Float32Array(users * dim);
  const clicksOf = (user: number): number => Math.min(offsets[user + 1]! - offsets[user]!, sequenceLength);
  const lengthOf = padsToLength(config) ? () => sequenceLength : clicksOf;
  const byLength = Int32Array.from({ length: users }, (_, user) => user)
    .filter((user) => clicksOf(user) > 0)
    .sort((a, b) => clicksOf(a) - clicksOf(b));
  let start = 0;
  while (start < byLength.length) {
    let end = start + 1;
    while (end < byLength.length && (end + 1 - start) * lengthOf(byLength[end]!) <= placesPerBlock) end++;
    const block = byLength.subarray(start, end);
    const encoded = encodeBlock(config, sequences, block, lengthOf(block.at(-1)!), tables, weights);
    block.forEach((user, row) => vectors.set(encoded.subarray(row * dim, (row + 1) * dim), user * dim));
    start = end;
  }
  return vectors;
}

/** Block x D. */
function encodeBlock(
  config: SequenceEncoderConfig,
  sequences: SequenceBatch,
  block: Int32Array,
  length: number,
  tables: EncoderTables,
  weights: EncoderWeights,
): Float32Array {
  const { dim } = config;
  const batch = placeBatch(sequences, block, length);
  const items = gatherRows(tables.items, batch.items, dim);
  const users = tables.users && gatherRows(tables.users, batch.users ?? new Int32Array(block.length), dim);
  let encoded = new Float32Array(0);
  scope(() => {
    const vectors = together(() => {
      const input = encoderInput(config, batch, floats(items, [batch.items.length, dim]));
      const { hidden } = encoderForward(config, input, weights);
      const userTensor = users && floats(users, [block.length, dim]);
      return userVectors(config, hidden, userTensor, weights, batch).y;
    });
    encoded = readFloats(vectors) as Float32Array<ArrayBuffer>;
  });
  return encoded;
}
