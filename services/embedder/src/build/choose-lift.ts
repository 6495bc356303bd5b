import type { VersionedEncoder } from '@click-recall/encoding';
import type { Lift, RedisConnection, SequenceStore } from '@click-recall/redis';
import { liftFor, shardsFor } from '@click-recall/vector-index';

/** Users whose vectors the users' lift is taken from. */
const SAMPLE = 512;

/** M of both indexes of a version: of the items from all their vectors, of the users from the most recent ones; and their shards. */
export async function chooseLift(
  encoder: VersionedEncoder,
  sequences: Pick<SequenceStore, 'recentUsers' | 'read'>,
  redis: Pick<RedisConnection, 'cluster' | 'masters'>,
): Promise<Lift> {
  const items = liftFor(rowsOf(encoder.itemVectors(), encoder.dim));
  const read = await sequences.read(await sequences.recentUsers(SAMPLE), encoder.sequenceLength);
  const vectors = await encoder.encode(read.map(({ events }) => events.map(({ itemId }) => itemId)));
  const known = vectors.filter((vector) => vector !== undefined);
  return { items, users: known.length > 0 ? liftFor(known) : items, shards: shardsFor(redis) };
}

/** Views of the rows of a matrix. */
export function rowsOf(matrix: Float32Array, dim: number): Float32Array[] {
  return Array.from({ length: matrix.length / dim }, (_, row) => matrix.subarray(row * dim, (row + 1) * dim));
}
