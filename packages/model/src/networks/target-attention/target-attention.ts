import type { Leaves } from '../../kernels/differentiate.js';
import type { Tensor } from '../../kernels/tensorflow.js';
import { activationUnit, dinActivationUnit } from './activation-unit.js';
import type { TargetAttentionConfig } from './config.js';
import { multiHead } from './multi-head.js';

export interface TargetAttentionInput {
  /** Vectors of the candidates, [B, C, D]. */
  readonly queries: Tensor;
  /** Vectors of the histories, [B, T, D]. */
  readonly keys: Tensor;
  /** 1 at real clicks, 0 at padding, [B, 1, T]. */
  readonly isReal: Tensor;
}

export interface TargetAttentionOutput {
  /** One vector a candidate, [B, C, D]. */
  readonly output: Tensor;
  /** Of each click for each candidate: [B, C, T], with the document's unit [B, 1, T], with heads [B, H, C, T]. */
  readonly weights: Tensor;
}

/** What of a history matters to each candidate. Where padding is left out, a history without clicks gives zeros (units) or
 * what the last dense layer makes of zeros (heads). Source: document 002. */
export function targetAttention(
  config: TargetAttentionConfig,
  input: TargetAttentionInput,
  weight: Leaves<string>['weight'],
): TargetAttentionOutput {
  switch (config.kind) {
    case 'unit':
      return activationUnit(config, input, weight);
    case 'din':
      return dinActivationUnit(config, input, weight);
    case 'multi-head':
      return multiHead(config, input, weight);
  }
}
