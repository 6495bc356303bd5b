import { readFileSync } from 'node:fs';
import { ConfigError, messageOf, type Config } from '@click-recall/runtime';
import { z } from 'zod';

/** The `trainer.ranker` section. */
const rankerRulesSchema = z.strictObject({
  /** Trains a ranker after each activation of an encoder that has none. */
  auto: z.boolean().default(true),
  /** Items recalled for the ranker to choose from, in training and in use. */
  candidates: z.int().min(10).max(1000).default(100),
  /** Share of users whose newest click is for the gate alone. */
  gateShare: z.number().min(0.05).max(0.9).default(0.3),
  /** Share of users whose newest clicks choose the epoch. */
  validationShare: z.number().min(0.05).max(0.5).default(0.15),
  /** With fewer clicks for the gate there is no ranker. */
  gateMinClicks: z.int().min(1).default(100),
  /** At most so many lists are judged by: beyond it the answer does not change, only the time. */
  gateMaxClicks: z.int().min(1).default(20_000),
  /** At most so many lists are learned from. */
  maxLists: z.int().min(1).default(50_000),
  /** The network and its training: read by the child, which has TensorFlow. */
  network: z.record(z.string(), z.unknown()).default({}),
});

/** The `trainer` section of the model's settings file. */
const rulesSchema = z.strictObject({
  /** A candidate may be worse than the best of the last versions by this much NDCG@10. */
  gateTolerance: z.number().min(0).max(1).default(0.01),
  /** With fewer clicks that no version was trained on, the popularity baseline decides instead. */
  gateMinClicks: z.int().min(1).default(200),
  /** At most so many clicks are ranked by each version: beyond it the answer does not change, only the time. */
  gateMaxClicks: z.int().min(1).default(20_000),
  /** Versions compared with. */
  gateVersions: z.int().min(1).max(20).default(5),
  /** Epochs on everything, held-out clicks included, once the gate is passed. */
  finalEpochs: z.int().min(0).max(100).default(0),
  /** The part of a version that gives vectors to items which nobody has clicked, by their titles and categories. */
  coldStart: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** The towers and their training: read by the child, which has TensorFlow. */
      network: z.record(z.string(), z.unknown()).default({}),
    })
    .prefault({}),
  /** Versions whose files are kept besides the live one and the one before it. */
  keepVersions: z.int().min(1).default(10),
  ranker: rankerRulesSchema.prefault({}),
});

export type TrainerRules = z.output<typeof rulesSchema>;
export type RankerRules = z.output<typeof rankerRulesSchema>;

/** What a child process needs to do a task; plain data, since it travels to it as a message. */
export interface TaskSettings {
  readonly namespace: string;
  readonly redis: Config['redis'];
  readonly registryUrl: string;
  readonly sequenceKeep: number;
  readonly seenKeep: number;
  readonly minUsers: number;
  readonly minItems: number;
  readonly logLevel: string;
  /** `encoder` and `training` as they stand in the file: only the child, which has TensorFlow, can read them. */
  readonly model: unknown;
  readonly rules: TrainerRules;
}

/** Throws a ConfigError for a settings file that is not JSON or has a fault in its `trainer` section. */
export function taskSettings(config: Config): TaskSettings {
  const { model, rules } = readSettings(config.modelConfigFile);
  return {
    namespace: config.namespace,
    redis: config.redis,
    registryUrl: config.registryUrl,
    sequenceKeep: config.sequenceKeep,
    seenKeep: config.seenKeep,
    minUsers: config.minTrainUsers,
    minItems: config.minTrainItems,
    logLevel: config.logLevel,
    model,
    rules,
  };
}

/** The file `{ "encoder"?, "training"?, "trainer"? }`; what is left out has its default. */
export function readSettings(file: string | undefined): { model: Record<string, unknown>; rules: TrainerRules } {
  const { trainer = {}, ...model } = file === undefined ? {} : readObject(file);
  const rules = rulesSchema.safeParse(trainer);
  if (rules.success) return { model, rules: rules.data };
  const faults = rules.error.issues.map((issue) => `${['trainer', ...issue.path].join('.')}: ${issue.message}`);
  throw settingsFault(file, faults.join('; '));
}

/** What is wrong with the settings file. */
export function settingsFault(file: string | undefined, problem: string): ConfigError {
  return new ConfigError([{ variable: 'MODEL_CONFIG', expected: `${file ?? 'defaults'}: ${problem}` }]);
}

function readObject(file: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw settingsFault(file, messageOf(error));
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw settingsFault(file, 'expected an object');
  return parsed as Record<string, unknown>;
}
