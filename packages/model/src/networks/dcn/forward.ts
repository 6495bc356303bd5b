import type { Leaves, Lookup } from '../../kernels/differentiate.js';
import { add, concat, mul, reshape, slice, square, sub, sum } from '../../kernels/recorded.js';
import { floats, type Tensor } from '../../kernels/tensorflow.js';
import type { ClickModelConfig } from './config.js';
import { crossNetwork, type CrossTraining } from './cross-network.js';
import { slotCount, type FeatureRows } from './feature-rows.js';

export type ClickLookup = 'vectors' | 'weights';

export interface ClickTraining extends CrossTraining {
  readonly inputDropout?: CrossTraining['dropout'];
}

/** What a forward pass looks up. */
export function clickLookups(config: ClickModelConfig, rows: FeatureRows): Record<string, Lookup> {
  const shape = [rows.rows, slotCount(rows)];
  const vectors = { table: 'embedding', indexes: rows.indexes, shape };
  const withWeights = config.network === 'fm' || config.linearTerm;
  return withWeights ? { vectors, weights: { ...vectors, table: 'feature_weights' } } : { vectors };
}

/** The logit of a click, [B]; of a DCN also what its cross layers make, [B, M]. */
export function clickLogit(
  config: ClickModelConfig,
  rows: FeatureRows,
  { weight, vectors }: Leaves<string>,
  training: ClickTraining = {},
): { readonly logit: Tensor; readonly cross?: Tensor } {
  const fields = pooled(vectors('vectors'), rows); // [B, F, D]
  const [batch = 0, count = 0, dim = 0] = fields.shape;
  switch (config.network) {
    case 'dcn': {
      const flat = reshape(fields, [batch, count * dim]);
      const x0 = training.inputDropout === undefined ? flat : mul(flat, training.inputDropout(batch, count * dim));
      const { cross, logit } = crossNetwork(config, x0, weight, training);
      return { cross, logit: config.linearTerm ? add(logit, linearTerm(vectors('weights'), rows)) : logit };
    }
    case 'fm':
      return { logit: add(add(pairwise(fields), linearTerm(vectors('weights'), rows)), weight('bias')) };
  }
}

/** Vectors of slots [B, S, D] -> vectors of fields [B, F, D]. */
function pooled(vectors: Tensor, rows: FeatureRows): Tensor {
  if (rows.shares === undefined) return vectors;
  const [batch = 0, slots = 0, dim = 0] = vectors.shape;
  const weighed = mul(vectors, floats(rows.shares, [batch, slots, 1]));
  let at = 0;
  const fields = rows.slots.map((count) => {
    const own = slice(weighed, [0, at, 0], [batch, count, dim]);
    at += count;
    return count === 1 ? own : sum(own, 1, true);
  });
  return concat(fields, 1);
}

/** Sum of the rows' feature weights [B, S, 1]: [B]. */
function linearTerm(weights: Tensor, rows: FeatureRows): Tensor {
  const own = rows.shares === undefined ? weights : mul(weights, floats(rows.shares, [...weights.shape]));
  return sum(own, [1, 2]);
}

/** Sum over pairs of fields of their inner product, [B]. Source: Rendle 2010, Factorization Machines, lemma 3.1. */
function pairwise(fields: Tensor): Tensor {
  return mul(sub(sum(square(sum(fields, 1)), 1), sum(square(fields), [1, 2])), 0.5);
}
