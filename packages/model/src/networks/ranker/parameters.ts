import type { DcnConfig } from '../dcn/config.js';
import { crossNetworkShapes } from '../dcn/parameters.js';
import { targetAttentionShapes } from '../target-attention/parameters.js';
import type { RankerConfig } from './config.js';
import { numericCount } from './rank-batch.js';

/** Numbers that say how like a candidate is to the history. */
export const likenessCount = 3;

/** Width of what the DCN gets of a candidate. */
function inputWidth({ dim, itemBuckets, itemDim }: RankerConfig): number {
  return 2 * dim + (itemBuckets === 0 ? 0 : itemDim) + numericCount + likenessCount;
}

/** The settings of the ranker's DCN. */
export function dcnOf(config: RankerConfig): DcnConfig {
  const { cross, order, rank, experts, hidden, method, dropout, normEpsilon } = config;
  return {
    network: 'dcn',
    embedding: 1,
    cross,
    order,
    rank,
    experts,
    hidden,
    method,
    dropout,
    inputDropout: 0,
    linearTerm: false,
    normEpsilon,
  };
}

/** Shapes by name of all that is learned, for item vectors of `vectorDim` values. */
export function rankerShapes(config: RankerConfig, vectorDim: number): Map<string, number[]> {
  const { history, dim, itemBuckets, itemDim } = config;
  const shapes = new Map<string, number[]>();
  if (itemBuckets > 0) shapes.set('embedding', [itemBuckets + 1, itemDim]);
  shapes.set('project.kernel', [vectorDim, dim]);
  shapes.set('project.bias', [dim]);
  shapes.set('recency', [history, dim]);
  for (const [name, shape] of targetAttentionShapes(attentionOf(config), dim)) shapes.set(`attention.${name}`, shape);
  if (config.keepScore) shapes.set('score.gain', [1]);
  for (const [name, shape] of crossNetworkShapes(dcnOf(config), inputWidth(config))) shapes.set(name, shape);
  return shapes;
}

export function attentionOf({ heads }: RankerConfig): { kind: 'multi-head'; heads: number; mask: boolean } {
  return { kind: 'multi-head', heads, mask: true };
}
