import type { SequenceEncoderConfig } from '../../config.js';
import { add, gather, segmentSum } from '../../kernels/kernels.js';
import { together } from '../../kernels/together.js';
import { free, type Tensor } from '../../kernels/tensorflow.js';
import { applyMask, type DropoutMasks } from '../../layers/dropout.js';
import { layerNorm, layerNormGradient, type LayerNormOutput } from '../../layers/layer-norm.js';
import { encoderLayer, encoderLayerGradient, type EncoderLayerOutput, type LayerWeights } from './layer.js';
import { preNormLayer, preNormLayerGradient, type PreNormLayerOutput } from './pre-norm-layer.js';
import type { LayerStackWeights } from './weights.js';

/** Rows are places of sequences, place by place: row l * B + b. */
export interface EncoderInput {
  readonly batch: number;
  readonly length: number;
  /** Item vectors, [L * B, D]. */
  readonly items: Tensor;
  /** Rows of the position table, [L * B] integers. */
  readonly places: Tensor;
  /** Added to attention's scores, of a shape that broadcasts to [B, L, L]; undefined: nothing is hidden. */
  readonly mask: Tensor | undefined;
  /** 1 at real places, 0 at padded ones, [L * B, 1]; undefined: what is at padded places enters the first layer. */
  readonly inputMask: Tensor | undefined;
  readonly dropout?: DropoutMasks | undefined;
}

export interface EncoderOutput {
  /** [L * B, D] */
  readonly hidden: Tensor;
  readonly inputNorm: LayerNormOutput | undefined;
  readonly inputDropMask: Tensor | undefined;
  readonly layers: readonly (EncoderLayerOutput | PreNormLayerOutput)[];
  readonly outputNorm: LayerNormOutput | undefined;
}

/** hidden = layers(items + positions), normed once more with `norm: 'pre'`. Source: document 004, steps 2 to 5. */
export function encoderForward(
  config: SequenceEncoderConfig,
  input: EncoderInput,
  weights: LayerStackWeights,
): EncoderOutput {
  return together(() => {
    const embedded =
      weights.positions === undefined ? input.items : add(input.items, gather(weights.positions, input.places));
    const inputNorm = weights.inputNorm && layerNorm(embedded, weights.inputNorm, config.normEpsilon);
    const inputDropMask = inputNorm && input.dropout?.(input.length * input.batch, config.dim);
    let hidden = applyMask(inputNorm ? applyMask(inputNorm.y, inputDropMask) : embedded, input.inputMask);
    const layers = weights.layers.map((layerWeights) => {
      const layer = (config.norm === 'pre' ? preNormLayer : encoderLayer)(config, input, hidden, layerWeights);
      hidden = layer.y;
      return layer;
    });
    const outputNorm = weights.outputNorm && layerNorm(hidden, weights.outputNorm, config.normEpsilon);
    return { hidden: outputNorm?.y ?? hidden, inputNorm, inputDropMask, layers, outputNorm };
  });
}

/** From the gradient of `hidden` to those of item vectors and weights; frees the forward pass on its way. */
export function encoderGradient(
  config: SequenceEncoderConfig,
  dhidden: Tensor,
  input: EncoderInput,
  output: EncoderOutput,
  weights: LayerStackWeights,
): { ditems: Tensor; weights: LayerStackWeights } {
  return together(() => {
    let dx = dhidden;
    let outputNorm: LayerStackWeights['outputNorm'];
    if (output.outputNorm !== undefined && weights.outputNorm !== undefined) {
      const norm = layerNormGradient(dx, output.outputNorm, weights.outputNorm);
      free([dx, output.outputNorm]);
      dx = norm.dx;
      outputNorm = norm.weights;
    }
    const layers: LayerWeights[] = [];
    for (let index = weights.layers.length - 1; index >= 0; index--) {
      const forward = output.layers[index]!;
      const layer = layerGradient(config, dx, input, forward, weights.layers[index]!);
      free([dx, forward]);
      dx = layer.dx;
      layers.unshift(layer.weights);
    }
    dx = applyMask(dx, input.inputMask);
    let inputNorm: LayerStackWeights['inputNorm'];
    if (output.inputNorm !== undefined && weights.inputNorm !== undefined) {
      const norm = layerNormGradient(applyMask(dx, output.inputDropMask), output.inputNorm, weights.inputNorm);
      dx = norm.dx;
      inputNorm = norm.weights;
    }
    const positions = weights.positions && segmentSum(dx, input.places, config.sequenceLength + 1);
    return { ditems: dx, weights: { positions, inputNorm, layers, outputNorm } };
  });
}

function layerGradient(
  config: SequenceEncoderConfig,
  dy: Tensor,
  input: EncoderInput,
  forward: EncoderLayerOutput | PreNormLayerOutput,
  weights: LayerWeights,
): { dx: Tensor; weights: LayerWeights } {
  switch (forward.norm) {
    case 'post':
      return encoderLayerGradient(config, dy, input, forward, weights);
    case 'pre':
      return preNormLayerGradient(config, dy, input, forward, weights);
  }
}
