import { checkFinite } from './finite.js';

/** What is kept of a fitted discretisation: its boundaries are evenly spaced. */
export interface DiscretizationState {
  readonly least: number;
  readonly most: number;
  /** How many boundaries, ends included; buckets are one more. */
  readonly boundaries: number;
}

/** Numbers to buckets: 0 below the first boundary, i from the i-th boundary up to, not including, the next. */
export interface Discretization {
  readonly state: DiscretizationState;
  readonly size: number;
  /** `value` finite. */
  readonly bucketOf: (value: number) => number;
}

/**
 * `boundaries` evenly from the least to the greatest value, as numpy's linspace; the buckets are those of Keras'
 * Discretization. Source: document 001. Throws a ModelInputError naming `field` for a value that is not finite.
 */
export function fitDiscretization(field: string, values: ArrayLike<number>, boundaries: number): Discretization {
  checkFinite(field, values);
  let [least, most] = values.length === 0 ? [0, 0] : [Infinity, -Infinity];
  for (let at = 0; at < values.length; at++) {
    least = Math.min(least, values[at]!);
    most = Math.max(most, values[at]!);
  }
  return discretization({ least, most, boundaries });
}

/** A discretisation of a saved state. */
export function discretization(state: DiscretizationState): Discretization {
  const { least, most, boundaries } = state;
  const step = boundaries > 1 ? (most - least) / (boundaries - 1) : 0;
  const boundary = (index: number): number => (index === boundaries - 1 ? most : least + index * step);
  return {
    state,
    size: boundaries + 1,
    bucketOf(value) {
      if (value < least) return 0;
      if (value >= most) return boundaries;
      // The division may round across a boundary that the product does not.
      let bucket = Math.floor((value - least) / step) + 1;
      while (bucket > 0 && boundary(bucket - 1) > value) bucket--;
      while (bucket < boundaries && boundary(bucket) <= value) bucket++;
      return bucket;
    },
  };
}
