import { createHash } from 'node:crypto';
import type { ModelConfig } from '../config.js';
import { ModelArtifactError } from '../errors.js';
import type { EncoderState, SequenceEncoder } from '../networks/encoder.js';
import type { Parameter, Parameters } from '../networks/parameters.js';
import { parameterShapes } from '../networks/sequence-encoder/parameters.js';
import { restoreSequenceEncoder } from '../networks/sequence-encoder/sequence-encoder.js';
import { parseModelConfig } from '../parse-model-config.js';

/** File name to content: weights, optimizer state, and a manifest of config, names, shapes and checksums. */
export type ModelFiles = ReadonlyMap<string, Uint8Array>;

const format = 'click-recall encoder';
const formatVersion = 1;
const manifestFile = 'manifest.json';

/** Each file holds one kind of number of every parameter, little-endian 32-bit floats in the manifest's order. */
const dataFiles = { 'weights.bin': ['value'], 'optimizer.bin': ['mean', 'variance'] } as const;
type DataFile = keyof typeof dataFiles;
const dataFileNames = Object.keys(dataFiles) as DataFile[];

interface Manifest {
  readonly format: string;
  readonly formatVersion: number;
  readonly config: ModelConfig['encoder'];
  readonly itemCount: number;
  /** Absent where there is no table of users. */
  readonly userCount?: number;
  readonly seed: number;
  readonly steps: number;
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

/**
 * Everything there is to an encoder, Adam's state too, as bytes by file name: what `deserializeEncoder` makes the same encoder of.
 * Weights are little-endian float32; the manifest holds each file's size and SHA-256.
 */
export function serializeEncoder(encoder: SequenceEncoder): Map<string, Uint8Array> {
  const { itemCount, seed, steps, parameters } = encoder.snapshot();
  const files = new Map<string, Uint8Array>();
  for (const file of dataFileNames) files.set(file, joined(parameters, dataFiles[file]));
  const manifest: Manifest = {
    format,
    formatVersion,
    config: encoder.config,
    itemCount,
    ...(encoder.userCount > 0 && { userCount: encoder.userCount }),
    seed,
    steps,
    parameters: Array.from(parameters, ([name, { shape }]) => ({ name, shape })),
    files: Object.fromEntries(
      Array.from(files, ([file, bytes]) => [file, { bytes: bytes.length, sha256: sha256(bytes) }]),
    ),
  };
  const checksum = sha256(Buffer.from(JSON.stringify(manifest)));
  files.set(manifestFile, Buffer.from(JSON.stringify({ ...manifest, checksum }, undefined, 1)));
  return files;
}

/** Throws a ModelArtifactError naming the file for anything damaged, missing or foreign. */
export function deserializeEncoder(files: ModelFiles): SequenceEncoder {
  const manifest = readManifest(fileOf(files, manifestFile));
  const { itemCount, userCount = 0, seed, steps } = manifest;
  // Settings that an older program did not know have their defaults, which are what it did.
  const config = parseModelConfig({ encoder: manifest.config }).encoder;
  const shapes = parameterShapes(config, itemCount, userCount);
  const listed = new Map(manifest.parameters.map(({ name, shape }) => [name, shape]));
  if (JSON.stringify([...listed]) !== JSON.stringify([...shapes])) {
    throw new ModelArtifactError(manifestFile, 'its parameters are not those of its config');
  }
  const parameters: Parameters = new Map();
  for (const [name, shape] of shapes) {
    const length = shape.reduce((product, size) => product * size, 1);
    const numbers = (): Float32Array => new Float32Array(length);
    parameters.set(name, { shape, value: numbers(), mean: numbers(), variance: numbers() });
  }
  for (const file of dataFileNames) {
    const bytes = fileOf(files, file);
    const expected = manifest.files[file];
    if (bytes.length !== expected?.bytes) {
      throw new ModelArtifactError(file, `${bytes.length} bytes instead of ${expected?.bytes ?? 'any'}`);
    }
    if (sha256(bytes) !== expected.sha256) throw new ModelArtifactError(file, 'the checksum does not match');
    if (!fill(parameters, dataFiles[file], bytes))
      throw new ModelArtifactError(file, 'of another length than its parameters');
  }
  const state: EncoderState = { itemCount, seed, steps, parameters };
  return restoreSequenceEncoder(config, state);
}

function readManifest(bytes: Uint8Array): Manifest {
  const damaged = (problem: string): ModelArtifactError => new ModelArtifactError(manifestFile, problem);
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    throw damaged('is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || (parsed as Manifest).format !== format) {
    throw damaged(`is not of a ${format}`);
  }
  if ((parsed as Manifest).formatVersion !== formatVersion) {
    throw damaged(`is of version ${String((parsed as Manifest).formatVersion)}, this program reads ${formatVersion}`);
  }
  // The checksum vouches for the types of the rest: only this program writes it.
  const { checksum, ...manifest } = parsed as Manifest & { checksum?: unknown };
  if (checksum !== sha256(Buffer.from(JSON.stringify(manifest)))) throw damaged('the checksum does not match');
  try {
    parseModelConfig({ encoder: manifest.config });
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error));
  }
  return manifest;
}

function fileOf(files: ModelFiles, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) throw new ModelArtifactError(name, 'is missing');
  return bytes;
}

type Kinds = readonly Exclude<keyof Parameter, 'shape'>[];

function joined(parameters: Parameters, kinds: Kinds): Uint8Array {
  const arrays = kinds.flatMap((kind) => Array.from(parameters.values(), (parameter) => parameter[kind]));
  const bytes = new Uint8Array(arrays.reduce((sum, array) => sum + array.byteLength, 0));
  let at = 0;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return bytes;
}

/** The reverse of `joined`; false when there are not just as many bytes as the parameters have. */
function fill(parameters: Parameters, kinds: Kinds, bytes: Uint8Array): boolean {
  const arrays = kinds.flatMap((kind) => Array.from(parameters.values(), (parameter) => parameter[kind]));
  if (bytes.length !== arrays.reduce((sum, array) => sum + array.byteLength, 0)) return false;
  let at = 0;
  for (const array of arrays) {
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(bytes.subarray(at, at + array.byteLength));
    at += array.byteLength;
  }
  return true;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
