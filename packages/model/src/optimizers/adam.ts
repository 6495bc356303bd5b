import type { Gradients, Parameter, Parameters, RowGradients } from '../networks/parameters.js';

const decayOfMean = 0.9;
const decayOfVariance = 0.999;
const epsilon = 1e-8;

/**
 * One Adam step, in place; `step` counts from 1. Tables are updated lazily: rows without a gradient keep value and
 * moments, so the cost is that of the rows touched. Source: Kingma and Ba 2015, algorithm 1.
 */
export function adamStep(parameters: Parameters, gradients: Gradients, step: number, learningRate: number): void {
  const rate = (learningRate * Math.sqrt(1 - decayOfVariance ** step)) / (1 - decayOfMean ** step);
  // epsilon is added to the corrected deviation, so it grows with the correction taken out of the loop.
  const scaledEpsilon = epsilon * Math.sqrt(1 - decayOfVariance ** step);
  for (const [name, gradient] of gradients) {
    const parameter = parameters.get(name);
    if (parameter === undefined) throw new Error(`a gradient of ${name}, which is no parameter`);
    if (gradient instanceof Float32Array) update(parameter, 0, gradient, 0, gradient.length, rate, scaledEpsilon);
    else updateRows(parameter, gradient, rate, scaledEpsilon);
  }
}

function updateRows(parameter: Parameter, { rows, values }: RowGradients, rate: number, scaledEpsilon: number): void {
  const width = parameter.shape[1]!;
  for (let index = 0; index < rows.length; index++) {
    update(parameter, rows[index]! * width, values, index * width, width, rate, scaledEpsilon);
  }
}

function update(
  { value, mean, variance }: Parameter,
  start: number,
  gradient: Float32Array,
  gradientStart: number,
  count: number,
  rate: number,
  scaledEpsilon: number,
): void {
  for (let offset = 0; offset < count; offset++) {
    const at = start + offset;
    const g = gradient[gradientStart + offset]!;
    const m = decayOfMean * mean[at]! + (1 - decayOfMean) * g;
    const v = decayOfVariance * variance[at]! + (1 - decayOfVariance) * g * g;
    mean[at] = m;
    variance[at] = v;
    value[at] = value[at]! - (rate * m) / (Math.sqrt(v) + scaledEpsilon);
  }
}
