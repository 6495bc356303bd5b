export interface NpzArray {
  readonly data: Float32Array | Int32Array | readonly string[];
  readonly shape: readonly number[];
}

/** An uncompressed `.npz` (a zip of `.npy`), readable by `numpy.load`; strings become fixed-width unicode. */
export function writeNpz(_arrays: Readonly<Record<string, NpzArray>>): Uint8Array {
  throw new Error('not written yet');
}
