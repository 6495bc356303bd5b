import { parameter, type Parameters } from '../networks/parameters.js';
import type { GoldenCase } from './golden-case.js';

/** The weights of a case under their own names. */
export function goldenParameters({ weights }: GoldenCase): Parameters {
  return new Map(
    Object.entries(weights).map(([name, { shape, values }]) => [
      name,
      parameter(
        shape,
        Float32Array.from(values, (value) => value ?? Number.NaN),
      ),
    ]),
  );
}
