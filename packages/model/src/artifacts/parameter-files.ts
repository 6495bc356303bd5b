import { createHash } from 'node:crypto';
import { ModelArtifactError } from '../errors.js';
import type { Parameter, Parameters } from '../networks/parameters.js';

/** What a format is known by, and which numbers of a parameter it keeps. */
export interface ParameterFormat {
  readonly format: string;
  readonly formatVersion: number;
  /** Name of the manifest; `manifest.json` unless given, for what stands beside another model's files. */
  readonly manifest?: string;
  /** By file name: the kinds of number that it holds of every parameter, little-endian float32 in the manifest's order. */
  readonly files: Readonly<Record<string, readonly NumberKind[]>>;
}

type NumberKind = Exclude<keyof Parameter, 'shape'>;

/** Weights alone, to predict with. */
export const weightFiles = { 'weights.bin': ['value'] } as const;
/** Adam's state too, to train on. */
export const weightAndAdamFiles = { 'weights.bin': ['value'], 'optimizer.bin': ['mean', 'variance'] } as const;

const defaultManifest = 'manifest.json';
/** Names of the manifest's own: `about` has others. */
const ownNames = ['format', 'formatVersion', 'parameters', 'files', 'checksum'];

interface Manifest {
  readonly format: string;
  readonly formatVersion: number;
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

/** Parameters as bytes by file name, with a manifest of `about` (JSON), names, shapes, sizes and checksums. */
export function writeParameterFiles(
  { format, formatVersion, manifest: manifestFile = defaultManifest, files: kindsOf }: ParameterFormat,
  about: Readonly<Record<string, unknown>>,
  parameters: Parameters,
): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const [file, kinds] of Object.entries(kindsOf)) files.set(file, joined(parameters, kinds));
  const manifest: Manifest = {
    format,
    formatVersion,
    ...about,
    parameters: Array.from(parameters, ([name, { shape }]) => ({ name, shape })),
    files: Object.fromEntries(
      Array.from(files, ([file, bytes]) => [file, { bytes: bytes.length, sha256: sha256(bytes) }]),
    ),
  };
  const checksum = sha256(Buffer.from(JSON.stringify(manifest)));
  files.set(manifestFile, Buffer.from(JSON.stringify({ ...manifest, checksum }, undefined, 1)));
  return files;
}

/**
 * The reverse. `shapesOf` says from `about` which parameters there must be. Throws a ModelArtifactError naming the file for
 * anything damaged, missing, of another format or version; also where `shapesOf` throws.
 */
export function readParameterFiles<About>(
  { format, formatVersion, manifest: manifestFile = defaultManifest, files: kindsOf }: ParameterFormat,
  files: ReadonlyMap<string, Uint8Array>,
  shapesOf: (about: About) => ReadonlyMap<string, readonly number[]>,
): { about: About; parameters: Parameters } {
  const manifest = readManifest(manifestFile, fileOf(files, manifestFile), { format, formatVersion });
  const about = Object.fromEntries(Object.entries(manifest).filter(([name]) => !ownNames.includes(name))) as About;
  const shapes = orDamaged(manifestFile, () => shapesOf(about));
  const listed = orDamaged(manifestFile, () => manifest.parameters.map(({ name, shape }) => [name, shape]));
  if (JSON.stringify(listed) !== JSON.stringify([...shapes])) {
    throw new ModelArtifactError(manifestFile, 'its parameters are not those of its config');
  }
  // All that is told of the files is checked before there is memory for them: a manifest of a few bytes may ask for any number.
  const numbersInAll = Array.from(shapes.values(), lengthOf).reduce((sum, length) => sum + length, 0);
  for (const [file, kinds] of Object.entries(kindsOf)) {
    const bytes = fileOf(files, file);
    const expected = orDamaged(manifestFile, () => manifest.files[file]);
    if (bytes.length !== expected?.bytes) {
      throw new ModelArtifactError(file, `${bytes.length} bytes instead of ${expected?.bytes ?? 'any'}`);
    }
    if (sha256(bytes) !== expected.sha256) throw new ModelArtifactError(file, 'the checksum does not match');
    if (bytes.length !== numbersInAll * kinds.length * Float32Array.BYTES_PER_ELEMENT) {
      throw new ModelArtifactError(file, 'of another length than its parameters');
    }
  }
  const parameters: Parameters = new Map();
  for (const [name, shape] of shapes) {
    const numbers = (): Float32Array => new Float32Array(lengthOf(shape));
    parameters.set(name, { shape, value: numbers(), mean: numbers(), variance: numbers() });
  }
  for (const [file, kinds] of Object.entries(kindsOf)) fill(parameters, kinds, fileOf(files, file));
  return { about, parameters };
}

function readManifest(
  file: string,
  bytes: Uint8Array,
  { format, formatVersion }: Pick<ParameterFormat, 'format' | 'formatVersion'>,
): Manifest {
  const damaged = (problem: string): ModelArtifactError => new ModelArtifactError(file, problem);
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    throw damaged('is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || (parsed as Manifest).format !== format) {
    throw damaged(`is not of a ${format}`);
  }
  const { formatVersion: found } = parsed as { readonly formatVersion?: unknown };
  if (found !== formatVersion) {
    const shown = typeof found === 'number' ? `version ${found}` : 'no version that there is';
    throw damaged(`is of ${shown}, this program reads ${formatVersion}`);
  }
  // The checksum vouches for the types of the rest: only this program writes it.
  const { checksum, ...manifest } = parsed as Manifest & { checksum?: unknown };
  const written = orDamaged(file, () => JSON.stringify(manifest));
  if (checksum !== sha256(Buffer.from(written))) throw damaged('the checksum does not match');
  return manifest;
}

function lengthOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function orDamaged<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new ModelArtifactError(file, error instanceof Error ? error.message : String(error));
  }
}

function fileOf(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) throw new ModelArtifactError(name, 'is missing');
  return bytes;
}

function arraysOf(parameters: Parameters, kinds: readonly NumberKind[]): Float32Array[] {
  return kinds.flatMap((kind) => Array.from(parameters.values(), (parameter) => parameter[kind]));
}

function joined(parameters: Parameters, kinds: readonly NumberKind[]): Uint8Array {
  const arrays = arraysOf(parameters, kinds);
  const bytes = new Uint8Array(arrays.reduce((sum, array) => sum + array.byteLength, 0));
  let at = 0;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return bytes;
}

/** The reverse of `joined`; there are just as many bytes as the parameters have. */
function fill(parameters: Parameters, kinds: readonly NumberKind[], bytes: Uint8Array): void {
  let at = 0;
  for (const array of arraysOf(parameters, kinds)) {
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(bytes.subarray(at, at + array.byteLength));
    at += array.byteLength;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
