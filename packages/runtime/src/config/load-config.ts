import { accessSync, constants, readFileSync } from 'node:fs';
import { ConfigError, type ConfigFault } from '../errors.js';
import { ENVIRONMENT, type EnvironmentValues, type Variable, type VariableName } from './environment.js';
import type { ApiKey } from './parse-api-keys.js';

export type ServiceName = 'recall' | 'ingest' | 'trainer' | 'embedder' | 'console';

export interface KafkaConfig {
  readonly brokers: string[];
  /** PEM texts; false: plain text. */
  readonly ssl: boolean | { readonly ca?: string; readonly cert?: string; readonly key?: string };
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
  /** `ca`: PEM text of the authority to trust; absent: those the system trusts. */
  readonly redis: { readonly url: string; readonly cluster: boolean; readonly ca?: string };
  /** Absolute `file:` URL. */
  readonly registryUrl: string;
  /** Empty: no key is asked for. */
  readonly apiKeys: readonly ApiKey[];
  /** Origins whose pages may call from a browser. */
  readonly corsOrigins: readonly string[];
  readonly host: string;
  /** 0 = any free one. */
  readonly ports: Readonly<Record<ServiceName, number>>;
  readonly consolePassword: string | undefined;
  readonly consoleReadPassword: string | undefined;
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
  const tls = readTls(values, faults);
  const redisCa = readRedisCa(values, faults);
  readable(values, 'MODEL_CONFIG', faults);
  const sasl = readSasl(values, faults);
  if (faults.length > 0) throw new ConfigError(faults);
  return {
    namespace: values.NAMESPACE,
    kafka: {
      brokers: values.KAFKA_BROKERS,
      ssl: tls ?? values.KAFKA_SSL,
      ...(sasl && { sasl }),
    },
    redis: { url: values.REDIS_URL, cluster: values.REDIS_CLUSTER, ...(redisCa !== undefined && { ca: redisCa }) },
    registryUrl: values.REGISTRY_URL,
    apiKeys: values.API_KEYS ?? [],
    corsOrigins: values.CORS_ORIGINS ?? [],
    host: values.LISTEN_HOST,
    ports: {
      recall: values.RECALL_PORT,
      ingest: values.INGEST_PORT,
      trainer: values.TRAINER_PORT,
      embedder: values.EMBEDDER_PORT,
      console: values.CONSOLE_PORT,
    },
    consolePassword: values.CONSOLE_PASSWORD,
    consoleReadPassword: values.CONSOLE_READ_PASSWORD,
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

/** Whether a variable says where Kafka or Redis is, how to get in, or what holds there. */
export function isServerVariable(name: string): boolean {
  return /^(KAFKA|REDIS)_/.test(name);
}

/** An environment without what it says of Kafka and Redis: what is set of other servers is not meant of those that run here. */
export function withoutServers(env: Environment = process.env): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isServerVariable(name)));
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

/** The variables that name PEM files, and what such a file holds. */
const PEM = {
  KAFKA_SSL_CA: 'CERTIFICATE',
  KAFKA_SSL_CERT: 'CERTIFICATE',
  KAFKA_SSL_KEY: 'PRIVATE KEY',
  REDIS_SSL_CA: 'CERTIFICATE',
} as const;

function readable(values: EnvironmentValues, name: keyof typeof PEM | 'MODEL_CONFIG', faults: ConfigFault[]): boolean {
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

function readTls(values: EnvironmentValues, faults: ConfigFault[]): Exclude<KafkaConfig['ssl'], boolean> | undefined {
  const ca = readPem(values, 'KAFKA_SSL_CA', faults);
  const cert = readPem(values, 'KAFKA_SSL_CERT', faults);
  const key = readPem(values, 'KAFKA_SSL_KEY', faults);
  for (const [variable, other] of [
    ['KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'],
    ['KAFKA_SSL_KEY', 'KAFKA_SSL_CERT'],
  ] as const) {
    if (values[variable] === undefined && values[other] !== undefined)
      faults.push({ variable, expected: `expected, since ${other} is set` });
  }
  if (ca === undefined && cert === undefined) return undefined;
  return { ...(ca !== undefined && { ca }), ...(cert !== undefined && key !== undefined && { cert, key }) };
}

/** An authority that is never asked would leave somebody in the belief that the way to Redis is encrypted. */
function readRedisCa(values: EnvironmentValues, faults: ConfigFault[]): string | undefined {
  const ca = readPem(values, 'REDIS_SSL_CA', faults);
  if (ca !== undefined && values.REDIS_URL !== undefined && !values.REDIS_URL.startsWith('rediss:'))
    faults.push({ variable: 'REDIS_URL', expected: 'expected rediss://, since REDIS_SSL_CA is set' });
  return ca;
}

function readPem(values: EnvironmentValues, name: keyof typeof PEM, faults: ConfigFault[]): string | undefined {
  const file = values[name];
  if (file === undefined || !readable(values, name, faults)) return undefined;
  try {
    const text = readFileSync(file, 'utf8');
    if (new RegExp(`-----BEGIN ([A-Z]+ )?${PEM[name]}-----`).test(text)) return text;
  } catch {
    // A folder, say: readable, but not a file; the fault below is the right answer.
  }
  faults.push({ variable: name, expected: expectation(ENVIRONMENT[name], file) });
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
