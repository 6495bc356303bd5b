import type { Gradients, Parameter, Parameters, RowGradients } from '../networks/parameters.js';

/** Where the sums of squares begin; Keras' own, as is the epsilon. */
export const initialAccumulator = 0.1;
const epsilon = 1e-7;

/** A weight whose Adagrad state is that of the first step: the sums of squares are kept in `variance`, `mean` is empty. */
export function adagradParameter(shape: readonly number[], value: Float32Array): Parameter {
  const variance = new Float32Array(value.length).fill(initialAccumulator);
  return { shape, value, mean: new Float32Array(0), variance };
}

/** Parameters as `adagradParameter` makes them, of any that have values and sums. */
export function noMeans(parameters: Parameters): Parameters {
  return new Map(Array.from(parameters, ([name, kept]) => [name, { ...kept, mean: new Float32Array(0) }]));
}

/**
 * One Adagrad step, in place: accumulator += g^2, value -= rate g / (sqrt(accumulator) + epsilon). Tables are updated
 * row by row, so the cost is that of the rows touched; rows without a gradient would not change anyway.
 * Source: Duchi et al. 2011, as Keras' Adagrad has it.
 */
export function adagradStep(parameters: Parameters, gradients: Gradients, learningRate: number): void {
  for (const [name, gradient] of gradients) {
    const parameter = parameters.get(name);
    if (parameter === undefined) throw new Error(`a gradient of ${name}, which is no parameter`);
    if (gradient instanceof Float32Array) update(parameter, 0, gradient, 0, gradient.length, learningRate);
    else updateRows(parameter, gradient, learningRate);
  }
}

function updateRows(parameter: Parameter, { rows, values }: RowGradients, rate: number): void {
  const width = parameter.shape[1]!;
  for (let index = 0; index < rows.length; index++) {
    update(parameter, rows[index]! * width, values, index * width, width, rate);
  }
}

function update(
  { value, variance }: Parameter,
  start: number,
  gradient: Float32Array,
  gradientStart: number,
  count: number,
  rate: number,
): void {
  for (let offset = 0; offset < count; offset++) {
    const at = start + offset;
    const g = gradient[gradientStart + offset]!;
    const squares = variance[at]! + g * g;
    variance[at] = squares;
    value[at] = value[at]! - (rate * g) / (Math.sqrt(squares) + epsilon);
  }
}
