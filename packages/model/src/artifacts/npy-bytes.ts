/** Where the data begin is a multiple of this, so that it can be mapped into memory. */
const alignment = 64;

/** The `.npy` format, version 1.0: a header in Python's notation, then the values, little-endian, rows first. */
export function npyBytes(data: Float32Array | Int32Array | readonly string[], shape: readonly number[]): Uint8Array {
  const { type, bytes } = encoded(data);
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const preamble = 10; // magic, version, header length
  const padded = Math.ceil((preamble + header.length + 1) / alignment) * alignment;
  const file = Buffer.alloc(padded + bytes.length, ' ');
  file.write('\u0093NUMPY\u0001\u0000', 'latin1');
  file.writeUInt16LE(padded - preamble, 8);
  file.write(header, preamble, 'latin1');
  file.write('\n', padded - 1, 'latin1');
  file.set(bytes, padded);
  return file;
}

function encoded(data: Float32Array | Int32Array | readonly string[]): { type: string; bytes: Uint8Array } {
  if (data instanceof Float32Array) return { type: '<f4', bytes: bytesOf(data) };
  if (data instanceof Int32Array) return { type: '<i4', bytes: bytesOf(data) };
  const points = data.map((text) => Array.from(text, (character) => character.codePointAt(0)!));
  const width = points.reduce((most, text) => Math.max(most, text.length), 1);
  const units = new Uint32Array(data.length * width); // UCS-4, the rest zeros
  points.forEach((text, index) => units.set(text, index * width));
  return { type: `<U${width}`, bytes: bytesOf(units) };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
