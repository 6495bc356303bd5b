import type { SequenceEncoderConfig } from '../config.js';
import { minimum } from '../kernels/kernels.js';
import { floats, scope, type Tensor } from '../kernels/tensorflow.js';

const hidden = -10_000;

/**
 * What is added to attention's scores: -10000 where place i does not look at place j. `isReal` is 1 or 0, place by place
 * [L, B]; the result is the same for every head and broadcasts to [B, L, L]; undefined where every place looks everywhere.
 */
export function attentionMask(
  kind: SequenceEncoderConfig['attention'],
  isReal: Float32Array,
  batch: number,
  length: number,
): Tensor | undefined {
  switch (kind) {
    case 'causal':
      return causalMask(isReal, batch, length);
    case 'padding':
      return placeMask(isReal, 0, batch, length);
    case 'inverted-padding':
      return placeMask(isReal, 1, batch, length);
    case 'none':
      return undefined;
  }
}

/**
 * (1 - padding x causal) * -10000 of the document: place i looks at place j only when j is real and not after i; [B, L, L].
 */
export function causalMask(isReal: Float32Array, batch: number, length: number): Tensor {
  return scope(() => {
    const future = new Float32Array(length * length);
    for (let i = 0; i < length; i++) future.fill(hidden, i * length + i + 1, (i + 1) * length);
    return minimum(floats(future, [1, length, length]), placeMask(isReal, 0, batch, length));
  });
}

/** Hides the places whose `isReal` is the given one, from every place; [B, 1, L]. */
function placeMask(isReal: Float32Array, hiddenValue: 0 | 1, batch: number, length: number): Tensor {
  const mask = new Float32Array(batch * length);
  for (let l = 0; l < length; l++) {
    for (let b = 0; b < batch; b++) mask[b * length + l] = isReal[l * batch + b] === hiddenValue ? hidden : 0;
  }
  return floats(mask, [batch, 1, length]);
}
