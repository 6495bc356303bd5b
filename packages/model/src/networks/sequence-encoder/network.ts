import type { SequenceEncoderConfig } from '../../config.js';
import { add, gather, segmentSum } from '../../kernels/kernels.js';
import { free, scope, type Tensor } from '../../kernels/tensorflow.js';
import { applyMask, type DropoutMasks } from '../../layers/dropout.js';
import { layerNorm, layerNormGradient, type LayerNormOutput } from '../../layers/layer-norm.js';
import { encoderLayer, encoderLayerGradient, type EncoderLayerOutput, type LayerWeights } from './layer.js';
import type { EncoderWeights } from './weights.js';

/** Rows are places of sequences, place by place: row l * B + b. */
export interface EncoderInput {
  readonly batch: number;
  readonly length: number;
  /** Item vectors, [L * B, D]. */
  readonly items: Tensor;
  /** Rows of the position table, [L * B] integers. */
  readonly places: Tensor;
  /** Attention mask, [B, L, L]. */
  readonly mask: Tensor;
  readonly dropout?: DropoutMasks | undefined;
}

export interface EncoderOutput {
  /** [L * B, D] */
  readonly hidden: Tensor;
  readonly inputNorm: LayerNormOutput | undefined;
  readonly inputDropMask: Tensor | undefined;
  readonly layers: readonly EncoderLayerOutput[];
}

/** hidden = layers(items + positions). Source: document 004, steps 2 to 5. */
export function encoderForward(
  config: SequenceEncoderConfig,
  input: EncoderInput,
  weights: EncoderWeights,
): EncoderOutput {
  return scope(() => {
    const embedded = add(input.items, gather(weights.positions, input.places));
    const inputNorm = weights.inputNorm && layerNorm(embedded, weights.inputNorm, config.normEpsilon);
    const inputDropMask = inputNorm && input.dropout?.(input.length * input.batch, config.dim);
    let hidden = inputNorm ? applyMask(inputNorm.y, inputDropMask) : embedded;
    const layers = weights.layers.map((layerWeights) => {
      const layer = encoderLayer(config, input, hidden, layerWeights);
      hidden = layer.y;
      return layer;
    });
    return { hidden, inputNorm, inputDropMask, layers };
  });
}

/** From the gradient of `hidden` to those of item vectors and weights; frees the forward pass on its way. */
export function encoderGradient(
  config: SequenceEncoderConfig,
  dhidden: Tensor,
  input: EncoderInput,
  output: EncoderOutput,
  weights: EncoderWeights,
): { ditems: Tensor; weights: EncoderWeights } {
  return scope(() => {
    let dx = dhidden;
    const layers: LayerWeights[] = [];
    for (let index = weights.layers.length - 1; index >= 0; index--) {
      const forward = output.layers[index]!;
      const layer = encoderLayerGradient(config, dx, input, forward, weights.layers[index]!);
      free([dx, forward]);
      dx = layer.dx;
      layers.unshift(layer.weights);
    }
    let inputNorm: EncoderWeights['inputNorm'];
    if (output.inputNorm !== undefined && weights.inputNorm !== undefined) {
      const norm = layerNormGradient(applyMask(dx, output.inputDropMask), output.inputNorm, weights.inputNorm);
      dx = norm.dx;
      inputNorm = norm.weights;
    }
    const positions = segmentSum(dx, input.places, config.sequenceLength + 1);
    return { ditems: dx, weights: { positions, inputNorm, layers } };
  });
}
