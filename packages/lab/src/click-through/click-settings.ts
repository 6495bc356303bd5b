import {
  ModelConfigError,
  parseClickModelConfig,
  parseClickTrainingConfig,
  type ClickModelConfig,
  type ClickTrainingConfig,
} from '@click-recall/model';
import { z } from 'zod';
import type { Protocol, RandomSplit } from '../protocol/protocol.js';
import { fieldSchema, type FieldSpec } from './click-columns.js';

/** `model` of an experiment with a click model. */
export interface ClickSettings {
  /** Settings of the network, its name too. */
  readonly config: ClickModelConfig;
  readonly fields: readonly FieldSpec[];
  /** Without ratings to go by: sampled non-clicks for each click. */
  readonly nonClicks: number;
  readonly training: ClickTrainingConfig;
}

const partsSchema = z.strictObject({
  config: z.record(z.string(), z.unknown()).default({}),
  fields: z
    .array(fieldSchema)
    .min(1)
    .default([fieldSchema.parse({ of: 'user' }), fieldSchema.parse({ of: 'item' })]),
  nonClicks: z.int().min(1).max(100).default(1),
  training: z.record(z.string(), z.unknown()).default({}),
});

/** Throws a ModelConfigError naming the field. */
export function parseClickSettings(
  network: ClickModelConfig['network'],
  model: Readonly<Record<string, unknown>>,
  protocol: Protocol,
): ClickSettings {
  randomSplit(protocol);
  const parsed = partsSchema.safeParse(model);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ModelConfigError(issue!.path.join('.') || 'model', issue!.message, issue!.input);
  }
  const { config, fields, nonClicks, training } = parsed.data;
  return {
    config: parseClickModelConfig({ ...config, network }, 'config'),
    fields,
    nonClicks,
    training: parseClickTrainingConfig(training),
  };
}

/** The protocol of click models: rows are dealt out, and validation rows choose the weights. */
export function randomSplit(protocol: Protocol): RandomSplit & { readonly validation: number } {
  if (protocol.kind !== 'random-split') {
    throw new ModelConfigError('protocol.kind', 'random-split', protocol.kind);
  }
  if (protocol.validation === 0) throw new ModelConfigError('protocol.validation', 'above 0', 0);
  return protocol;
}
