import type { SequenceEncoderConfig } from '../config.js';
import { add, erf, exp, multiply, relu, reluGradient, square, subtract } from '../kernels/kernels.js';
import { floats, scope, type Tensor } from '../kernels/tensorflow.js';

export type Activation = SequenceEncoderConfig['activation'];

/** x with the activation applied, value by value, and what its gradient needs. */
export interface ActivationOutput {
  readonly y: Tensor;
  /** Of gelu: x / sqrt(2), and 1 + erf of it. */
  readonly scaled: Tensor | undefined;
  readonly onePlusErf: Tensor | undefined;
}

/**
 * relu: max(x, 0). gelu: x Phi(x), Phi the normal distribution; by erf, as exact as float32 and no slower than the
 * approximation with tanh, which needs more kernels forward and backward. Source: Hendrycks and Gimpel 2016.
 */
export function activate(kind: Activation, x: Tensor): ActivationOutput {
  return scope(() => {
    if (kind === 'relu') return { y: relu(x), scaled: undefined, onePlusErf: undefined };
    const scaled = multiply(x, scalar(Math.SQRT1_2));
    const onePlusErf = add(erf(scaled), scalar(1));
    return { y: multiply(multiply(scaled, onePlusErf), scalar(Math.SQRT1_2)), scaled, onePlusErf };
  });
}

/** gelu: dx = dy (Phi(x) + x phi(x)), with s = x / sqrt(2): Phi = (1 + erf(s)) / 2, x phi(x) = s exp(-s^2) / sqrt(pi). */
export function activationGradient(dy: Tensor, { y, scaled, onePlusErf }: ActivationOutput): Tensor {
  if (scaled === undefined || onePlusErf === undefined) return reluGradient(dy, y);
  return scope(() => {
    const density = multiply(scaled, exp(subtract(scalar(-Math.log(Math.sqrt(Math.PI))), square(scaled))));
    return multiply(dy, add(multiply(onePlusErf, scalar(0.5)), density));
  });
}

function scalar(value: number): Tensor {
  return floats(Float32Array.of(value), []);
}
