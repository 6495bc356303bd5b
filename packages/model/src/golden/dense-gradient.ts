import type { Gradients, Parameter, Parameters, RowGradients } from '../networks/parameters.js';

/**
 * Gradients by parameter name, whole: rows that were not touched have zeros, and so have parameters that the case carries but
 * its network does not use (positions that are off).
 */
export function denseGradients(gradients: Gradients, parameters: Parameters): Record<string, Float32Array> {
  return Object.fromEntries(
    Array.from(parameters, ([name, parameter]) => [name, denseGradient(gradients.get(name), parameter)]),
  );
}

/** Of one parameter. */
export function denseGradient(
  gradient: Float32Array | RowGradients | undefined,
  { shape, value }: Parameter,
): Float32Array {
  if (gradient instanceof Float32Array) return gradient;
  const [, width = 0] = shape;
  const dense = new Float32Array(value.length);
  gradient?.rows.forEach((row, slot) => {
    dense.set(gradient.values.subarray(slot * width, (slot + 1) * width), row * width);
  });
  return dense;
}
