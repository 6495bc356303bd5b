import type { Gradients, Parameter, Parameters, RowGradients } from '../networks/parameters.js';

/** Decay of the first moment. */
const beta1 = 0.9;
const epsilon = 1e-8;

export interface AdamSettings {
  readonly learningRate: number;
  /** 0 unless set. */
  readonly weightDecay?: number | undefined;
  /** Decay of the second moment; 0.999 unless set. */
  readonly beta2?: number | undefined;
}

/** Of one step, for all weights. */
interface Rates {
  readonly rate: number;
  readonly scaledEpsilon: number;
  readonly beta2: number;
  /** What is left of a weight before the step. */
  readonly kept: number;
}

/**
 * One Adam step, in place; `step` counts from 1. Tables are updated lazily: rows without a gradient keep value and
 * moments, so the cost is that of the rows touched. Weight decay spares biases and norms.
 * Source: Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019, algorithm 2.
 */
export function adamStep(
  parameters: Parameters,
  gradients: Gradients,
  step: number,
  { learningRate, weightDecay = 0, beta2 = 0.999 }: AdamSettings,
): void {
  const rate = (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
  // epsilon is added to the corrected deviation, so it grows with the correction taken out of the loop.
  const scaledEpsilon = epsilon * Math.sqrt(1 - beta2 ** step);
  for (const [name, gradient] of gradients) {
    const parameter = parameters.get(name);
    if (parameter === undefined) throw new Error(`a gradient of ${name}, which is no parameter`);
    const kept = parameter.shape.length > 1 ? 1 - learningRate * weightDecay : 1;
    const rates = { rate, scaledEpsilon, beta2, kept };
    if (gradient instanceof Float32Array) update(parameter, 0, gradient, 0, gradient.length, rates);
    else updateRows(parameter, gradient, rates);
  }
}

function updateRows(parameter: Parameter, { rows, values }: RowGradients, rates: Rates): void {
  const width = parameter.shape[1]!;
  for (let index = 0; index < rows.length; index++) {
    update(parameter, rows[index]! * width, values, index * width, width, rates);
  }
}

function update(
  { value, mean, variance }: Parameter,
  start: number,
  gradient: Float32Array,
  gradientStart: number,
  count: number,
  { rate, scaledEpsilon, beta2, kept }: Rates,
): void {
  for (let offset = 0; offset < count; offset++) {
    const at = start + offset;
    const g = gradient[gradientStart + offset]!;
    const m = beta1 * mean[at]! + (1 - beta1) * g;
    const v = beta2 * variance[at]! + (1 - beta2) * g * g;
    mean[at] = m;
    variance[at] = v;
    value[at] = kept * value[at]! - (rate * m) / (Math.sqrt(v) + scaledEpsilon);
  }
}
