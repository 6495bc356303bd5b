import type { SequenceEncoderConfig } from '../../config.js';
import { add } from '../../kernels/kernels.js';
import { scope, type Tensor } from '../../kernels/tensorflow.js';
import { applyMask } from '../../layers/dropout.js';
import { feedForward, feedForwardGradient, type FeedForwardOutput } from '../../layers/feed-forward.js';
import { layerNorm, layerNormGradient, type LayerNormOutput } from '../../layers/layer-norm.js';
import { selfAttention, selfAttentionGradient, type SelfAttentionOutput } from '../../layers/self-attention.js';
import type { FeedForwardBlockWeights, LayerWeights } from './layer.js';
import type { EncoderInput } from './network.js';

export interface PreNormLayerOutput {
  readonly norm: 'pre';
  /** [L * B, D] */
  readonly y: Tensor;
  readonly normed: LayerNormOutput;
  readonly attention: SelfAttentionOutput;
  readonly attentionDropMask: Tensor | undefined;
  readonly fed: { normed: LayerNormOutput; block: FeedForwardOutput; dropMask: Tensor | undefined } | undefined;
}

/**
 * attended = x + attention(norm(x)); with a feed-forward block y = attended + feedForward(norm(attended)).
 * Source: Xiong and others 2020, "On layer normalization in the transformer architecture".
 */
export function preNormLayer(
  config: SequenceEncoderConfig,
  input: EncoderInput,
  x: Tensor,
  weights: LayerWeights,
): PreNormLayerOutput {
  const drop = (): Tensor | undefined => input.dropout?.(input.length * input.batch, config.dim);
  return scope(() => {
    const normed = layerNorm(x, weights.norm, config.normEpsilon);
    const attention = selfAttention(normed.y, weights.attention, input.mask, { ...input, heads: config.heads });
    const attentionDropMask = drop();
    const attended = add(x, applyMask(attention.y, attentionDropMask));
    const forward = { norm: 'pre', normed, attention, attentionDropMask } as const;
    if (weights.feedForward === undefined) return { ...forward, y: attended, fed: undefined };
    const fedNormed = layerNorm(attended, weights.feedForward.norm, config.normEpsilon);
    const block = feedForward(fedNormed.y, weights.feedForward.dense, config.activation);
    const dropMask = drop();
    return {
      ...forward,
      y: add(attended, applyMask(block.y, dropMask)),
      fed: { normed: fedNormed, block, dropMask },
    };
  });
}

/** Gradients for x [L * B, D] and the weights, given that of y [L * B, D]. */
export function preNormLayerGradient(
  config: SequenceEncoderConfig,
  dy: Tensor,
  input: EncoderInput,
  forward: PreNormLayerOutput,
  weights: LayerWeights,
): { dx: Tensor; weights: LayerWeights } {
  return scope(() => {
    let dattended = dy;
    let feedForwardWeights: FeedForwardBlockWeights | undefined;
    if (weights.feedForward !== undefined && forward.fed !== undefined) {
      const { normed, block, dropMask } = forward.fed;
      const fed = feedForwardGradient(applyMask(dy, dropMask), block, weights.feedForward.dense);
      const norm = layerNormGradient(fed.dx, normed, weights.feedForward.norm);
      dattended = add(dy, norm.dx);
      feedForwardWeights = { dense: fed.weights, norm: norm.weights };
    }
    const dbranch = applyMask(dattended, forward.attentionDropMask);
    const shape = { ...input, heads: config.heads };
    const attention = selfAttentionGradient(dbranch, forward.attention, weights.attention, shape);
    const norm = layerNormGradient(attention.dx, forward.normed, weights.norm);
    return {
      dx: add(dattended, norm.dx),
      weights: { attention: attention.weights, norm: norm.weights, feedForward: feedForwardWeights },
    };
  });
}
