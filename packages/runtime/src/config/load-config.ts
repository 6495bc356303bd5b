import { accessSync, constants, readFileSync } from 'node:fs';
import { ConfigError, type ConfigFault } from '../errors.js';
import { ENVIRONMENT, type EnvironmentValues, type Variable, type VariableName } from './environment.js';

export type ServiceName = 'recall' | 'ingest' | 'trainer' | 'embedder' | 'console';

export interface KafkaConfig {
  readonly brokers: string[];
  /** `ca`: PEM text; false: plain text. */
  readonly ssl: boolean | { readonly ca: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

/** Everything that can be set from outside, checked. */
export interface Config {
  readonly namespace: string;
  readonly kafka: KafkaConfig;
  readonly redis: { readonly url: string; readonly cluster: boolean };
  /** Absolute `file:` URL. */
  readonly registryUrl: string;
  /** Empty: no key is asked for. */
  readonly apiKeys: readonly string[];
  readonly host: string;
  /** 0 = any free one. */
  readonly ports: Readonly<Record<ServiceName, number>>;
  readonly consolePassword: string | undefined;
  /** Requests a second and caller; 0 = no limit. */
  readonly rateLimit: number;
  readonly bodyLimitBytes: number;
  readonly sequenceKeep: number;
  readonly seenKeep: number;
  readonly trainSchedule: string | undefined;
  readonly trainAfterClicks: number | undefined;
  readonly minTrainUsers: number;
  readonly minTrainItems: number;
  readonly graceMs: number;
  readonly redisRewindMs: number;
  readonly modelConfigFile: string | undefined;
  readonly logLevel: EnvironmentValues['LOG_LEVEL'];
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration from environment variables; variables of other names are ignored, an empty one is not set.
 *
 * @param defaults stand in for variables that are not set
 * @throws ConfigError with every fault there is
 */
export function loadConfig(
  env: Environment = process.env,
  defaults: Partial<Record<VariableName, string>> = {},
): Config {
  const faults: ConfigFault[] = [];
  const values = readVariables({ ...defaults, ...Object.fromEntries(setIn(env)) }, faults);
  const ca = readable(values, 'KAFKA_SSL_CA', faults) ? read(values.KAFKA_SSL_CA, faults) : undefined;
  readable(values, 'MODEL_CONFIG', faults);
  const sasl = readSasl(values, faults);
  if (faults.length > 0) throw new ConfigError(faults);
  return {
    namespace: values.NAMESPACE,
    kafka: {
      brokers: values.KAFKA_BROKERS,
      ssl: ca === undefined ? values.KAFKA_SSL : { ca },
      ...(sasl && { sasl }),
    },
    redis: { url: values.REDIS_URL, cluster: values.REDIS_CLUSTER },
    registryUrl: values.REGISTRY_URL,
    apiKeys: values.API_KEYS ?? [],
    host: values.LISTEN_HOST,
    ports: {
      recall: values.RECALL_PORT,
      ingest: values.INGEST_PORT,
      trainer: values.TRAINER_PORT,
      embedder: values.EMBEDDER_PORT,
      console: values.CONSOLE_PORT,
    },
    consolePassword: values.CONSOLE_PASSWORD,
    rateLimit: values.RATE_LIMIT,
    bodyLimitBytes: values.BODY_LIMIT,
    sequenceKeep: values.SEQUENCE_KEEP,
    seenKeep: values.SEEN_KEEP,
    trainSchedule: values.TRAIN_SCHEDULE,
    trainAfterClicks: values.TRAIN_AFTER_CLICKS,
    minTrainUsers: values.MIN_TRAIN_USERS,
    minTrainItems: values.MIN_TRAIN_ITEMS,
    graceMs: values.GRACE_MS,
    redisRewindMs: values.REDIS_REWIND_MS,
    modelConfigFile: values.MODEL_CONFIG,
    logLevel: values.LOG_LEVEL,
  };
}

/** Which of these variables are set. */
export function variablesSet(names: readonly VariableName[], env: Environment = process.env): VariableName[] {
  const set = new Set(setIn(env).map(([name]) => name));
  return names.filter((name) => set.has(name));
}

function setIn(env: Environment): [string, string][] {
  return Object.entries(env).flatMap(([name, text]) => (text?.trim() ? [[name, text.trim()]] : []));
}

function readVariables(env: Environment, faults: ConfigFault[]): EnvironmentValues {
  const values: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries<Variable>(ENVIRONMENT)) {
    const text = env[name] ?? variable.fallback;
    if (text === undefined) continue;
    const parsed = variable.schema.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else faults.push({ variable: name, expected: expectation(variable, text) });
  }
  // Only read once no fault is left, and then each value has passed the schema that its type is derived from.
  return values as EnvironmentValues;
}

function expectation(variable: Variable, text: string): string {
  const got = variable.secret ? '' : `, got ${JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text)}`;
  return `expected ${variable.expected}${got}`;
}

function readable(values: EnvironmentValues, name: 'KAFKA_SSL_CA' | 'MODEL_CONFIG', faults: ConfigFault[]): boolean {
  const file = values[name];
  if (file === undefined) return false;
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    faults.push({ variable: name, expected: expectation(ENVIRONMENT[name], file) });
    return false;
  }
}

function read(file: string | undefined, faults: ConfigFault[]): string | undefined {
  if (file === undefined) return undefined;
  try {
    const text = readFileSync(file, 'utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  } catch {
    // A folder, say: readable, but not a file; the fault below is the right answer.
  }
  faults.push({ variable: 'KAFKA_SSL_CA', expected: expectation(ENVIRONMENT.KAFKA_SSL_CA, file) });
  return undefined;
}

const SASL: readonly VariableName[] = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'];

function readSasl(values: EnvironmentValues, faults: ConfigFault[]): KafkaConfig['sasl'] {
  const mechanism = values.KAFKA_SASL_MECHANISM;
  const username = values.KAFKA_SASL_USERNAME;
  const password = values.KAFKA_SASL_PASSWORD;
  if (mechanism && username && password) return { mechanism, username, password };
  const missing = SASL.filter(
    (name) => values[name] === undefined && !faults.some(({ variable }) => variable === name),
  );
  if (missing.length < SASL.length) {
    for (const variable of missing)
      faults.push({ variable, expected: `expected, since ${SASL.filter((n) => n !== variable).join(' or ')} is set` });
  }
  return undefined;
}
