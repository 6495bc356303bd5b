import { minimum } from '../kernels/kernels.js';
import { floats, scope, type Tensor } from '../kernels/tensorflow.js';

const hidden = -10_000;

/**
 * (1 - padding x causal) * -10000 of the document: place i looks at place j only when j is real and not after i.
 * `isReal` is 1 or 0, place by place [L, B]; the result is [B, L, L], the same for every head.
 */
export function causalMask(isReal: Float32Array, batch: number, length: number): Tensor {
  return scope(() => {
    const future = new Float32Array(length * length);
    for (let i = 0; i < length; i++) future.fill(hidden, i * length + i + 1, (i + 1) * length);
    const padding = new Float32Array(batch * length);
    for (let l = 0; l < length; l++) {
      for (let b = 0; b < batch; b++) padding[b * length + l] = isReal[l * batch + b] === 0 ? hidden : 0;
    }
    return minimum(floats(future, [1, length, length]), floats(padding, [batch, 1, length]));
  });
}
