import type { Gradients, Parameters } from '../networks/parameters.js';

/**
 * A running mean of weights over training steps. Tables follow lazily: a row catches up when it is about to change, so a
 * step costs the rows that it touches.
 */
export interface WeightAverage {
  /** To be told of every step before the weights change. */
  beforeStep(parameters: Parameters, gradients: Gradients): void;
  /** Exchanges weights and mean, which is brought up to date before; a second call changes them back. */
  swap(parameters: Parameters): void;
  /** A copy, up to date. */
  state(parameters: Parameters): WeightAverageState;
}

export interface WeightAverageState {
  /** By parameter name. */
  readonly values: ReadonlyMap<string, Float32Array>;
  /** Steps so far. */
  readonly steps: number;
  readonly decay: number;
}

interface Mean {
  readonly value: Float32Array;
  /** Numbers a row. */
  readonly width: number;
  /** For every row, the sum of log decays up to which its mean is up to date. */
  readonly seen: Float64Array;
}

/**
 * mean = d mean + (1 - d) weight after every step, beginning with the weights given; d is `decay`, but at first (1 + step) /
 * (10 + step), so that the mean soon forgets where training began.
 */
export function createWeightAverage(initial: Parameters, decay: number, from?: WeightAverageState): WeightAverage {
  let steps = from?.steps ?? 0;
  /** Sum of the logs of all decays so far, since the rows were last all up to date. */
  let logDecay = 0;
  const means = new Map<string, Mean>();
  for (const [name, { shape, value }] of initial) {
    const rows = shape.length > 1 ? shape[0]! : 1;
    const start = from?.values.get(name)?.slice() ?? value.slice();
    means.set(name, { value: start, width: value.length / rows, seen: new Float64Array(rows) });
  }

  function settle(parameters: Parameters): void {
    for (const [name, mean] of means) {
      const { value } = parameters.get(name)!;
      for (let row = 0; row < mean.seen.length; row++) catchUp(mean, row, value, logDecay);
      mean.seen.fill(0);
    }
    logDecay = 0;
  }

  return {
    beforeStep(parameters, gradients) {
      for (const [name, gradient] of gradients) {
        const mean = means.get(name)!;
        const { value } = parameters.get(name)!;
        if (gradient instanceof Float32Array) {
          for (let row = 0; row < mean.seen.length; row++) catchUp(mean, row, value, logDecay);
        } else {
          for (const row of gradient.rows) catchUp(mean, row, value, logDecay);
        }
      }
      steps += 1;
      logDecay += Math.log(Math.min(decay, (1 + steps) / (10 + steps)));
    },
    swap(parameters) {
      settle(parameters);
      for (const [name, mean] of means) exchange(mean.value, parameters.get(name)!.value);
    },
    state(parameters) {
      settle(parameters);
      return { steps, decay, values: new Map(Array.from(means, ([name, { value }]) => [name, value.slice()])) };
    },
  };
}

/** The weights of a row have been the same since the mean was last up to date: k steps leave d^k of the difference. */
function catchUp({ value: mean, width, seen }: Mean, row: number, weights: Float32Array, logDecay: number): void {
  if (seen[row] === logDecay) return;
  const left = Math.exp(logDecay - seen[row]!);
  seen[row] = logDecay;
  for (let at = row * width; at < (row + 1) * width; at++) {
    mean[at] = weights[at]! + left * (mean[at]! - weights[at]!);
  }
}

function exchange(a: Float32Array, b: Float32Array): void {
  for (let at = 0; at < a.length; at++) {
    const value = a[at]!;
    a[at] = b[at]!;
    b[at] = value;
  }
}
