import type { SequenceEncoderConfig } from '../../config.js';
import { add } from '../../kernels/kernels.js';
import { free, scope, type Tensor } from '../../kernels/tensorflow.js';
import {
  feedForward,
  feedForwardGradient,
  type FeedForwardOutput,
  type FeedForwardWeights,
} from '../../layers/feed-forward.js';
import type { LayerNormWeights } from '../../layers/layer-norm.js';
import { residualNorm, residualNormGradient, type ResidualNormOutput } from '../../layers/residual-norm.js';
import {
  selfAttention,
  selfAttentionGradient,
  type SelfAttentionOutput,
  type SelfAttentionWeights,
} from '../../layers/self-attention.js';
import type { EncoderInput } from './network.js';

export interface LayerWeights {
  readonly attention: SelfAttentionWeights;
  readonly norm: LayerNormWeights;
  readonly feedForward: FeedForwardBlockWeights | undefined;
}

export interface FeedForwardBlockWeights {
  readonly dense: FeedForwardWeights;
  readonly norm: LayerNormWeights;
}

export interface EncoderLayerOutput {
  readonly norm: 'post';
  /** [L * B, D] */
  readonly y: Tensor;
  readonly attention: SelfAttentionOutput;
  readonly attended: ResidualNormOutput;
  readonly feedForward: FeedForwardOutput | undefined;
  readonly fed: ResidualNormOutput | undefined;
}

/** attended = norm(x + attention(x)); with a feed-forward block y = norm(attended + feedForward(attended)). */
export function encoderLayer(
  config: SequenceEncoderConfig,
  input: EncoderInput,
  x: Tensor,
  weights: LayerWeights,
): EncoderLayerOutput {
  const drop = (): Tensor | undefined => input.dropout?.(input.length * input.batch, config.dim);
  return scope(() => {
    const attention = selfAttention(x, weights.attention, input.mask, { ...input, heads: config.heads });
    const attended = residualNorm(x, attention.y, weights.norm, config.normEpsilon, drop());
    if (weights.feedForward === undefined) {
      return { norm: 'post', y: attended.y, attention, attended, feedForward: undefined, fed: undefined };
    }
    const block = feedForward(attended.y, weights.feedForward.dense, config.activation);
    const fed = residualNorm(attended.y, block.y, weights.feedForward.norm, config.normEpsilon, drop());
    return { norm: 'post', y: fed.y, attention, attended, feedForward: block, fed };
  });
}

/** Gradients for x [L * B, D] and the weights, given that of y [L * B, D]. */
export function encoderLayerGradient(
  config: SequenceEncoderConfig,
  dy: Tensor,
  input: EncoderInput,
  forward: EncoderLayerOutput,
  weights: LayerWeights,
): { dx: Tensor; weights: LayerWeights } {
  return scope(() => {
    let dattended = dy;
    let feedForwardWeights: FeedForwardBlockWeights | undefined;
    if (weights.feedForward !== undefined && forward.feedForward !== undefined && forward.fed !== undefined) {
      const fed = residualNormGradient(dy, forward.fed, weights.feedForward.norm);
      const block = feedForwardGradient(fed.dbranch, forward.feedForward, weights.feedForward.dense);
      dattended = add(fed.dx, block.dx);
      feedForwardWeights = { dense: block.weights, norm: fed.weights };
    }
    const attended = residualNormGradient(dattended, forward.attended, weights.norm);
    free(forward.attended);
    const shape = { ...input, heads: config.heads };
    const attention = selfAttentionGradient(attended.dbranch, forward.attention, weights.attention, shape);
    return {
      dx: add(attended.dx, attention.dx),
      weights: { attention: attention.weights, norm: attended.weights, feedForward: feedForwardWeights },
    };
  });
}
