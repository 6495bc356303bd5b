import type { Leaves, Lookup } from '../../kernels/differentiate.js';
import { add, concat, matMul, mul, relu, unsortedSegmentSum } from '../../kernels/recorded.js';
import { floats, integers, type Tensor } from '../../kernels/tensorflow.js';
import { paddingToken } from '../../features/text-vectorization.js';
import type { CandidateBatch, QueryBatch } from './batch.js';

export type QueryLookup = 'users' | 'buckets';
export type CandidateLookup = 'ids' | 'tokens';

/** Changes what enters the dense layers (dropout). */
export type AtInput = (features: Tensor) => Tensor;

export function queryLookups({ users, buckets }: QueryBatch): Record<QueryLookup, Lookup> {
  return { users: { table: 'user.id', indexes: users }, buckets: { table: 'user.bucket', indexes: buckets } };
}

export function candidateLookups({ ids, tokens }: CandidateBatch): Record<CandidateLookup, Lookup> {
  return { ids: { table: 'item.title', indexes: ids }, tokens: { table: 'item.token', indexes: tokens.items } };
}

/** [B, D]: dense layers on [user, timestamp bucket, normalised timestamp]. Source: document 001. */
export function queryTower(
  layers: number,
  { times }: QueryBatch,
  { weight, vectors }: Leaves<QueryLookup>,
  atInput: AtInput = unchanged,
): Tensor {
  const features = concat([vectors('users'), vectors('buckets'), floats(times, [times.length, 1])], 1);
  return denseStack('query', layers, atInput(features), weight);
}

/** [C, D]: dense layers on [title, mean of the title's tokens]. Source: document 001. */
export function candidateTower(
  layers: number,
  { tokens }: CandidateBatch,
  { weight, vectors }: Leaves<CandidateLookup>,
  atInput: AtInput = unchanged,
): Tensor {
  const { shares, owners, count } = meanOf(tokens);
  const means = unsortedSegmentSum(mul(vectors('tokens'), shares), owners.as1D(), count);
  return denseStack('candidate', layers, atInput(concat([vectors('ids'), means], 1)), weight);
}

function denseStack(tower: string, layers: number, features: Tensor, weight: (name: string) => Tensor): Tensor {
  let x = features;
  for (let layer = 0; layer < layers; layer++) {
    x = add(matMul(x, weight(`${tower}.${layer}.kernel`)), weight(`${tower}.${layer}.bias`));
    if (layer < layers - 1) x = relu(x);
  }
  return x;
}

/** Each token's share of its item's mean, [tokens, 1], and its item, [tokens]. Padding has no share. */
function meanOf({ items, offsets }: CandidateBatch['tokens']): { shares: Tensor; owners: Tensor; count: number } {
  const count = offsets.length - 1;
  const shares = new Float32Array(items.length);
  const owners = new Int32Array(items.length);
  for (let item = 0; item < count; item++) {
    const [start, end] = [offsets[item]!, offsets[item + 1]!];
    let real = 0;
    for (let at = start; at < end; at++) if (items[at] !== paddingToken) real += 1;
    for (let at = start; at < end; at++) {
      owners[at] = item;
      shares[at] = items[at] === paddingToken ? 0 : 1 / real;
    }
  }
  return { shares: floats(shares, [items.length, 1]), owners: integers(owners, [items.length]), count };
}

function unchanged(x: Tensor): Tensor {
  return x;
}
