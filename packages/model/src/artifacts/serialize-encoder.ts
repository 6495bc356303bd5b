import { documentModelConfig, type ModelConfig } from '../config.js';
import type { SequenceEncoder } from '../networks/encoder.js';
import { parameterShapes } from '../networks/sequence-encoder/parameters.js';
import { restoreSequenceEncoder } from '../networks/sequence-encoder/sequence-encoder.js';
import { parseModelConfig } from '../parse-model-config.js';
import { readParameterFiles, weightAndAdamFiles, writeParameterFiles } from './parameter-files.js';

/** File name to content: weights, optimizer state, and a manifest of config, names, shapes and checksums. */
export type ModelFiles = ReadonlyMap<string, Uint8Array>;

const format = { format: 'click-recall encoder', formatVersion: 1, files: weightAndAdamFiles };

interface About {
  readonly config: ModelConfig['encoder'];
  readonly itemCount: number;
  /** Absent where there is no table of users. */
  readonly userCount?: number;
  readonly seed: number;
  readonly steps: number;
}

/**
 * Everything there is to an encoder, Adam's state too, as bytes by file name: what `deserializeEncoder` makes the same encoder of.
 * Weights are little-endian float32; the manifest holds each file's size and SHA-256.
 */
export function serializeEncoder(encoder: SequenceEncoder): Map<string, Uint8Array> {
  const { itemCount, seed, steps, parameters } = encoder.snapshot();
  const { config, userCount } = encoder;
  const about: About = { config, itemCount, ...(userCount > 0 && { userCount }), seed, steps };
  return writeParameterFiles(format, { ...about }, parameters);
}

/** Throws a ModelArtifactError naming the file for anything damaged, missing or foreign. */
export function deserializeEncoder(files: ModelFiles): SequenceEncoder {
  const { about, parameters } = readParameterFiles<About>(format, files, ({ config, itemCount, userCount = 0 }) =>
    parameterShapes(parsed(config), itemCount, userCount),
  );
  const { config, itemCount, seed, steps } = about;
  return restoreSequenceEncoder(parsed(config), { itemCount, seed, steps, parameters });
}

/** Settings that an older program did not know are the document's, which is what it did. */
function parsed(config: ModelConfig['encoder']): ModelConfig['encoder'] {
  return parseModelConfig({ encoder: config }, documentModelConfig).encoder;
}
