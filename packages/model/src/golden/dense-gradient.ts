import type { Gradients, Parameter, Parameters, RowGradients } from '../networks/parameters.js';

/** The gradient of a whole table from that of the rows touched: zeros elsewhere. */
export function denseGradient(gradient: Float32Array | RowGradients, { shape, value }: Parameter): Float32Array {
  if (gradient instanceof Float32Array) return gradient;
  const [, width = 0] = shape;
  const dense = new Float32Array(value.length);
  gradient.rows.forEach((row, slot) => {
    dense.set(gradient.values.subarray(slot * width, (slot + 1) * width), row * width);
  });
  return dense;
}

/** The same of every gradient, by parameter name. */
export function denseGradients(gradients: Gradients, parameters: Parameters): Record<string, Float32Array> {
  return Object.fromEntries(
    Array.from(gradients, ([name, gradient]) => [name, denseGradient(gradient, parameters.get(name)!)]),
  );
}
