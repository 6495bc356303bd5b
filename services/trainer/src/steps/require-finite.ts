import { JobFailedError } from '@click-recall/jobs';
import {
  sequenceAt,
  sequenceBatch,
  sequenceCount,
  type SequenceBatch,
  type SequenceEncoder,
} from '@click-recall/model';

const SAMPLED = 1_000;

/**
 * Throws a JobFailedError where a weight is not a number, or vectors are so long that their products are not: a last step that is far too
 * long leaves such a model behind a loss that was still finite, and beside a weak live version the gate might take it for bad luck.
 *
 * @param sequences some of them are encoded
 */
export function requireFinite(encoder: SequenceEncoder, sequences: SequenceBatch): void {
  for (const [name, { value }] of encoder.weights().parameters) {
    if (!value.every(Number.isFinite)) throw refusal(`weights of ${name} are not finite`);
  }
  const sample = Array.from({ length: Math.min(SAMPLED, sequenceCount(sequences)) }, (_, at) =>
    sequenceAt(sequences, at),
  );
  const users = longest(encoder.encode(sequenceBatch(sample)), encoder.dim);
  const items = longest(encoder.itemVectors(), encoder.dim);
  // No product of a user's and an item's vector is beyond this.
  if (!Number.isFinite(Math.fround(users * items)) || !Number.isFinite(Math.fround(items * items)))
    throw refusal(`vectors are as long as ${users} (users) and ${items} (items)`);
}

function refusal(what: string): JobFailedError {
  return new JobFailedError('non-finite-loss', `${what} after the last step`);
}

/** The length of the longest of vectors of `dim` numbers; NaN where one is not a number. */
function longest(vectors: Float32Array, dim: number): number {
  let most = 0;
  for (let start = 0; start < vectors.length; start += dim) {
    most = Math.max(most, Math.hypot(...vectors.subarray(start, start + dim)));
  }
  return most;
}
