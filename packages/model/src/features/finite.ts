import { ModelInputError } from '../errors.js';

/** Throws a ModelInputError naming the field and the place of the first value that is NaN or infinite. */
export function checkFinite(field: string, values: ArrayLike<number>): void {
  for (let at = 0; at < values.length; at++) {
    if (!Number.isFinite(values[at])) {
      throw new ModelInputError(`${field}[${at}] must be a finite number, not ${String(values[at])}`);
    }
  }
}
