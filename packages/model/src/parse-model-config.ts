import { defaultModelConfig, type ModelConfig, type SequenceEncoderConfig, type TrainingConfig } from './config.js';
import { ModelConfigError } from './errors.js';

type Check = (field: string, value: unknown) => void;
type Fields<T> = { readonly [K in keyof T]: Check };

const encoderFields: Fields<SequenceEncoderConfig> = {
  network: oneOf('sequence-encoder'),
  sequenceLength: integer(1, 4096),
  dim: integer(1, 4096),
  heads: integer(1, 256),
  layers: integer(1, 32),
  feedForward: integer(0, 65_536),
  dropout: number('at least 0 and below 1', (value) => value >= 0 && value < 1),
  normEpsilon: number('above 0', (value) => value > 0),
  inputNorm: boolean,
};

const trainingFields: Fields<TrainingConfig> = {
  batchSize: integer(1, 65_536),
  learningRate: number('above 0', (value) => value > 0),
  epochs: integer(1, 1_000_000),
  validateEvery: integer(1, 1_000_000),
  patience: integer(1, 1_000_000),
  seed: integer(0, 2 ** 32 - 1),
  hotWeights: oneOf('corrected', 'documentExact', 'none'),
  maskAccidentalHits: boolean,
};

/**
 * Reads settings from parsed JSON, `{ "encoder": {...}, "training": {...} }`. What is left out has its default.
 * Throws a ModelConfigError naming the first field that is unknown or out of range.
 */
export function parseModelConfig(input: unknown): ModelConfig {
  const parts = record('the model config', input);
  for (const key of Object.keys(parts)) {
    if (key !== 'encoder' && key !== 'training') throw new ModelConfigError(key, 'encoder or training', key);
  }
  const encoder = section('encoder', parts['encoder'], encoderFields, defaultModelConfig.encoder);
  if (encoder.dim % encoder.heads !== 0) {
    throw new ModelConfigError('encoder.dim', `divisible by encoder.heads (${encoder.heads})`, encoder.dim);
  }
  return { encoder, training: section('training', parts['training'], trainingFields, defaultModelConfig.training) };
}

function section<T extends object>(name: string, input: unknown, fields: Fields<T>, defaults: T): T {
  const given = input === undefined ? {} : record(name, input);
  for (const [key, value] of Object.entries(given)) {
    const check = Object.hasOwn(fields, key) ? fields[key as keyof T] : undefined;
    if (check === undefined) {
      throw new ModelConfigError(`${name}.${key}`, `one of ${Object.keys(fields).join(', ')}`, key);
    }
    check(`${name}.${key}`, value);
  }
  return { ...defaults, ...given };
}

function record(field: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ModelConfigError(field, 'an object', value);
  }
  return value as Record<string, unknown>;
}

function integer(least: number, most: number): Check {
  return (field, value) => {
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
      throw new ModelConfigError(field, `a whole number from ${least} to ${most}`, value);
    }
  };
}

function number(expected: string, holds: (value: number) => boolean): Check {
  return (field, value) => {
    if (typeof value !== 'number' || !Number.isFinite(value) || !holds(value)) {
      throw new ModelConfigError(field, `a number ${expected}`, value);
    }
  };
}

function oneOf(...choices: string[]): Check {
  return (field, value) => {
    if (!choices.includes(value as string)) throw new ModelConfigError(field, `one of ${choices.join(', ')}`, value);
  };
}

function boolean(field: string, value: unknown): void {
  if (typeof value !== 'boolean') throw new ModelConfigError(field, 'true or false', value);
}
