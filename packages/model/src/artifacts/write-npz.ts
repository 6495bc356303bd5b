import { ModelInputError } from '../errors.js';
import { npyBytes } from './npy-bytes.js';
import { zipStored } from './zip-stored.js';

export interface NpzArray {
  readonly data: Float32Array | Int32Array | readonly string[];
  readonly shape: readonly number[];
}

/**
 * An uncompressed `.npz` (a zip of `.npy`), readable by `numpy.load`; strings become fixed-width unicode.
 * Throws a ModelInputError for an array whose shape does not fit its data.
 */
export function writeNpz(arrays: Readonly<Record<string, NpzArray>>): Uint8Array {
  const files = new Map<string, Uint8Array>();
  for (const [name, { data, shape }] of Object.entries(arrays)) {
    const length = shape.reduce((product, size) => product * size, 1);
    if (length !== data.length) {
      throw new ModelInputError(`${name} has ${data.length} values, not the ${length} of shape [${shape.join(', ')}]`);
    }
    files.set(`${name}.npy`, npyBytes(data, shape));
  }
  return zipStored(files);
}
