import { createHash } from 'node:crypto';
import { ModelArtifactError } from '../errors.js';
import type { ModelFiles } from './serialize-encoder.js';

/** Numbers of a shape. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly value: Float32Array;
}

/** What two files hold: `<name>.json`, settings and the list of arrays, and `<name>.bin`, their numbers. */
export interface ArrayFiles {
  /** Says what the files are of; files of another format or version are refused. */
  readonly format: string;
  readonly formatVersion: number;
  /** JSON. */
  readonly about: unknown;
  readonly arrays: ReadonlyMap<string, NamedArray>;
}

interface Header {
  readonly format: string;
  readonly formatVersion: number;
  readonly about: unknown;
  readonly arrays: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly bytes: number;
  readonly sha256: string;
}

/** Little-endian 32-bit floats in the order of the arrays; the JSON file has checksums of both. */
export function writeArrayFiles(name: string, content: ArrayFiles): Map<string, Uint8Array> {
  const { format, formatVersion, about, arrays } = content;
  const numbers = Buffer.concat(
    Array.from(arrays.values(), ({ value }) => new Uint8Array(value.buffer, value.byteOffset, value.byteLength)),
  );
  const header: Header = {
    format,
    formatVersion,
    about,
    arrays: Array.from(arrays, ([array, { shape }]) => ({ name: array, shape })),
    bytes: numbers.length,
    sha256: sha256(numbers),
  };
  const checksum = sha256(Buffer.from(JSON.stringify(header)));
  return new Map<string, Uint8Array>([
    [`${name}.json`, Buffer.from(JSON.stringify({ ...header, checksum }))],
    [`${name}.bin`, numbers],
  ]);
}

/** Throws a ModelArtifactError naming the file for one that is missing, damaged, of another format or another version. */
export function readArrayFiles(
  name: string,
  files: ModelFiles,
  expected: Pick<ArrayFiles, 'format' | 'formatVersion'>,
): Pick<ArrayFiles, 'about' | 'arrays'> {
  const header = readHeader(`${name}.json`, files, expected);
  const file = `${name}.bin`;
  const numbers = fileOf(files, file);
  if (numbers.length !== header.bytes) {
    throw new ModelArtifactError(file, `${numbers.length} bytes instead of ${header.bytes}`);
  }
  if (sha256(numbers) !== header.sha256) throw new ModelArtifactError(file, 'the checksum does not match');
  const arrays = new Map<string, NamedArray>();
  let at = 0;
  for (const { name: array, shape } of header.arrays) {
    const value = new Float32Array(shape.reduce((product, size) => product * size, 1));
    new Uint8Array(value.buffer).set(numbers.subarray(at, at + value.byteLength));
    arrays.set(array, { shape, value });
    at += value.byteLength;
  }
  return { about: header.about, arrays };
}

function readHeader(file: string, files: ModelFiles, expected: Pick<ArrayFiles, 'format' | 'formatVersion'>): Header {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(fileOf(files, file)).toString());
  } catch (error) {
    throw error instanceof ModelArtifactError ? error : new ModelArtifactError(file, 'is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || (parsed as Header).format !== expected.format) {
    throw new ModelArtifactError(file, `is not of a ${expected.format}`);
  }
  const { formatVersion } = parsed as Header;
  if (formatVersion !== expected.formatVersion) {
    const found = `is of version ${String(formatVersion)}`;
    throw new ModelArtifactError(file, `${found}, this program reads ${expected.formatVersion}`);
  }
  // The checksum vouches for the types of the rest: only this program writes it.
  const { checksum, ...header } = parsed as Header & { checksum?: unknown };
  if (checksum !== sha256(Buffer.from(JSON.stringify(header)))) {
    throw new ModelArtifactError(file, 'the checksum does not match');
  }
  return header;
}

function fileOf(files: ModelFiles, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) throw new ModelArtifactError(name, 'is missing');
  return bytes;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
