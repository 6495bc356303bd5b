import { checkFinite } from './finite.js';

/** What is kept of a fitted normalisation. */
export interface NormalizationState {
  readonly mean: number;
  /** Of all values, not of a sample. */
  readonly variance: number;
}

/** Keeps values that are all the same from a division by 0; Keras' own. */
const leastDeviation = 1e-7;

/** Mean and variance in two passes. Throws a ModelInputError naming `field` for a value that is not finite. */
export function fitNormalization(field: string, values: ArrayLike<number>): NormalizationState {
  checkFinite(field, values);
  if (values.length === 0) return { mean: 0, variance: 1 };
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at]!;
  const mean = sum / values.length;
  let squares = 0;
  for (let at = 0; at < values.length; at++) squares += (values[at]! - mean) ** 2;
  return { mean, variance: squares / values.length };
}

/** (value - mean) / deviation. */
export function normalize({ mean, variance }: NormalizationState, value: number): number {
  return (value - mean) / Math.max(Math.sqrt(variance), leastDeviation);
}
