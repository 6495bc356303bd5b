import { ModelInputError } from '../errors.js';

/** y = x kernel + bias. */
export interface LinearMapping {
  readonly inputs: number;
  readonly outputs: number;
  /** inputs x outputs */
  readonly kernel: Float32Array;
  /** outputs */
  readonly bias: Float32Array;
}

export interface RidgeRequest {
  /** n x `inputs`. */
  readonly from: Float32Array;
  /** n x `outputs`. */
  readonly to: Float32Array;
  readonly inputs: number;
  readonly outputs: number;
  /** n, at least 0: how much each pair counts. */
  readonly weights: Float32Array;
}

/** What the pairs say, summed up once: a solution for another lambda costs no look at the pairs. */
export interface Ridge {
  /** `lambda` above 0, as a multiple of the inputs' mean variance. */
  solve(lambda: number): LinearMapping;
}

/**
 * Weighted ridge regression with an intercept that is not penalised, in closed form:
 * kernel = (X^T W X + lambda s I)^-1 X^T W Y for centred X and Y, s the mean of X^T W X's diagonal.
 * Source: Hoerl and Kennard 1970. Throws a ModelInputError for lengths that do not fit or pairs of no weight.
 */
export function ridgeRegression({ from, to, inputs, outputs, weights }: RidgeRequest): Ridge {
  const count = weights.length;
  if (from.length !== count * inputs || to.length !== count * outputs) {
    throw new ModelInputError(`${count} weights for ${from.length / inputs} inputs and ${to.length / outputs} outputs`);
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) throw new ModelInputError('a mapping needs pairs that count');
  const meanFrom = weightedMean(from, inputs, weights, total);
  const meanTo = weightedMean(to, outputs, weights, total);
  const gram = new Float64Array(inputs * inputs);
  const cross = new Float64Array(inputs * outputs);
  for (let pair = 0; pair < count; pair++) {
    for (let a = 0; a < inputs; a++) {
      const weighted = weights[pair]! * (from[pair * inputs + a]! - meanFrom[a]!);
      if (weighted === 0) continue;
      for (let b = 0; b < inputs; b++) {
        gram[a * inputs + b]! += weighted * (from[pair * inputs + b]! - meanFrom[b]!);
      }
      for (let b = 0; b < outputs; b++) {
        cross[a * outputs + b]! += weighted * (to[pair * outputs + b]! - meanTo[b]!);
      }
    }
  }
  let [trace, squares] = [0, 0];
  for (let a = 0; a < inputs; a++) {
    trace += gram[a * inputs + a]!;
    squares += total * meanFrom[a]! ** 2;
  }
  // Inputs that are all the same, but for rounding, leave the intercept alone.
  const scale = trace > 1e-9 * squares ? trace / inputs : Math.max(1, squares);
  return {
    solve(lambda) {
      const penalised = gram.slice();
      for (let a = 0; a < inputs; a++) penalised[a * inputs + a]! += lambda * scale;
      const kernel = solvePositive(penalised, cross, inputs, outputs);
      const bias = Float32Array.from(meanTo, (mean, output) => {
        let shift = 0;
        for (let a = 0; a < inputs; a++) shift += meanFrom[a]! * kernel[a * outputs + output]!;
        return mean - shift;
      });
      return { inputs, outputs, kernel: Float32Array.from(kernel), bias };
    },
  };
}

/** n x inputs -> n x outputs */
export function applyMapping({ inputs, outputs, kernel, bias }: LinearMapping, from: Float32Array): Float32Array {
  const count = from.length / inputs;
  const to = new Float32Array(count * outputs);
  for (let row = 0; row < count; row++) {
    for (let output = 0; output < outputs; output++) {
      let sum = bias[output]!;
      for (let a = 0; a < inputs; a++) sum += from[row * inputs + a]! * kernel[a * outputs + output]!;
      to[row * outputs + output] = sum;
    }
  }
  return to;
}

function weightedMean(values: Float32Array, width: number, weights: Float32Array, total: number): Float64Array {
  const mean = new Float64Array(width);
  weights.forEach((weight, row) => {
    for (let at = 0; at < width; at++) mean[at]! += (weight * values[row * width + at]!) / total;
  });
  return mean;
}

/** X of A X = B for a symmetric positive definite A [n, n] and B [n, m], by Cholesky's decomposition. */
export function solvePositive(matrix: Float64Array, right: Float64Array, n: number, m: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * n + column]!;
      for (let k = 0; k < column; k++) sum -= lower[row * n + k]! * lower[column * n + k]!;
      lower[row * n + column] = row === column ? Math.sqrt(sum) : sum / lower[column * n + column]!;
    }
  }
  const solution = right.slice();
  for (let column = 0; column < m; column++) {
    for (let row = 0; row < n; row++) {
      let sum = solution[row * m + column]!;
      for (let k = 0; k < row; k++) sum -= lower[row * n + k]! * solution[k * m + column]!;
      solution[row * m + column] = sum / lower[row * n + row]!;
    }
    for (let row = n - 1; row >= 0; row--) {
      let sum = solution[row * m + column]!;
      for (let k = row + 1; k < n; k++) sum -= lower[k * n + row]! * solution[k * m + column]!;
      solution[row * m + column] = sum / lower[row * n + row]!;
    }
  }
  return solution;
}
