import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { apiKeysSchema } from './parse-api-keys.js';

/** One environment variable: what it is for, what is accepted, and what it is when not set. */
export interface Variable<T = unknown> {
  readonly about: string;
  /** Ends "expected ..."; printed when the value is refused. */
  readonly expected: string;
  readonly schema: z.ZodType<T, string>;
  /** Written as one would in the environment; absent = the setting is absent. */
  readonly fallback?: string;
  /** The value is never printed. */
  readonly secret?: true;
}

const word = z.string().min(1);
const flag = z.stringbool({ truthy: ['true', '1', 'yes', 'on'], falsy: ['false', '0', 'no', 'off'] });
const list = word.transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
/** Exactly as a browser sends it; `*` is none, since a key in a page is everybody's. */
const origin = z
  .string()
  .refine((text) => /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text.toLowerCase())
  .transform((text) => new URL(text).origin);
const brokers = list.pipe(z.array(z.string().regex(/^(\[[0-9a-fA-F:]+\]|[^\s:/]+):\d{1,5}$/)).min(1));
const namespace = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const redisUrl = z.string().refine((text) => URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol));
/** `file:folder` is taken relative to the working directory, which `new URL` would read as relative to the root. */
const registryUrl = z
  .string()
  .regex(/^file:./)
  .transform(
    (text) => (text.startsWith('file://') ? new URL(text) : pathToFileURL(resolve(text.slice('file:'.length)))).href,
  );
const cron = z.string().regex(/^\S+(\s+\S+){4,5}$/);

function whole(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  return z.string().regex(/^\d+$/).transform(Number).pipe(z.int().min(least).max(most));
}

function port(service: string, number: number) {
  return {
    about: `Port of ${service}; 0 = any free one (it is logged).`,
    expected: 'a port from 0 to 65535',
    schema: whole(0, 65_535),
    fallback: String(number),
  } satisfies Variable<number>;
}

/** Every environment variable that the services read. `docs/configuration.md` is generated from it. */
export const ENVIRONMENT = {
  NAMESPACE: {
    about: 'Prefixes keys, topics, groups and queues, so that several pipelines share servers.',
    expected: 'letters, digits, ".", "_" and "-", at most 64',
    schema: namespace,
    fallback: 'click-recall',
  },
  KAFKA_BROKERS: {
    about: 'Brokers to start from.',
    expected: 'host:port, several separated by commas',
    schema: brokers,
    fallback: '127.0.0.1:9092',
  },
  KAFKA_SSL: { about: 'Connect to Kafka over TLS.', expected: 'true or false', schema: flag, fallback: 'false' },
  KAFKA_SSL_CA: {
    about: 'PEM file of the authority that signed the brokers; absent: those the system trusts. Turns KAFKA_SSL on.',
    expected: 'a readable PEM file',
    schema: word,
  },
  KAFKA_SSL_CERT: {
    about:
      'PEM file of the certificate that we show to brokers which ask for one; with KAFKA_SSL_KEY. Turns KAFKA_SSL on.',
    expected: 'a readable PEM file',
    schema: word,
  },
  KAFKA_SSL_KEY: {
    about: 'PEM file of the private key of KAFKA_SSL_CERT.',
    expected: 'a readable PEM file',
    schema: word,
  },
  KAFKA_SASL_MECHANISM: {
    about: 'How to log in to Kafka.',
    expected: 'plain, scram-sha-256 or scram-sha-512',
    schema: z
      .string()
      .toLowerCase()
      .pipe(z.enum(['plain', 'scram-sha-256', 'scram-sha-512'])),
  },
  KAFKA_SASL_USERNAME: { about: 'User name for Kafka.', expected: 'a user name', schema: word },
  KAFKA_SASL_PASSWORD: { about: 'Password for Kafka.', expected: 'a password', schema: word, secret: true },
  REDIS_URL: {
    about: 'Redis 8; `rediss://` for TLS, user and password inside.',
    expected: 'redis://host:port or rediss://host:port',
    schema: redisUrl,
    fallback: 'redis://127.0.0.1:6379',
    secret: true,
  },
  REDIS_SSL_CA: {
    about:
      'PEM file of the authority that signed the certificate of Redis; absent: those the system trusts. Needs `rediss://`.',
    expected: 'a readable PEM file',
    schema: word,
  },
  REDIS_CLUSTER: { about: 'Redis is a Cluster.', expected: 'true or false', schema: flag, fallback: 'false' },
  REGISTRY_URL: {
    about: 'Folder of the model versions.',
    expected: 'file:FOLDER',
    schema: registryUrl,
    fallback: 'file:.data/registry',
  },
  API_KEYS: {
    about:
      'Keys that callers send in `x-api-key`, each with its role: publish (clicks), read (recommendations) or admin (everything, the default); absent: no key is asked for.',
    expected: 'ROLE:KEY or KEY, separated by commas; a key has 8 characters or more of printable ASCII, and one role',
    schema: apiKeysSchema,
    secret: true,
  },
  CORS_ORIGINS: {
    about: 'Origins whose pages may call the API from a browser; absent: none.',
    expected: 'origins like https://shop.example, separated by commas',
    schema: list.pipe(z.array(origin).min(1)),
  },
  LISTEN_HOST: {
    about: 'Address to listen on; 0.0.0.0 = from everywhere.',
    expected: 'a host name or an address',
    schema: z.string().regex(/^[A-Za-z0-9.:_-]+$/),
    fallback: '127.0.0.1',
  },
  RECALL_PORT: port('recall', 8080),
  INGEST_PORT: port('ingest', 8081),
  TRAINER_PORT: port('trainer', 8082),
  EMBEDDER_PORT: port('embedder', 8083),
  CONSOLE_PORT: port('the console', 8088),
  CONSOLE_PASSWORD: {
    about: 'Password of the dashboard (user `admin`); absent: one is made up and logged, on a loopback address only.',
    expected: 'a password of 8 characters or more',
    schema: z.string().min(8),
    secret: true,
  },
  CONSOLE_READ_PASSWORD: {
    about:
      'Password of those who may look at the dashboard and change nothing (user `viewer`); absent: there is no such user.',
    expected: 'a password of 8 characters or more',
    schema: z.string().min(8),
    secret: true,
  },
  RATE_LIMIT: {
    about: 'Requests a second that one caller (key, else address) may make; 0 = no limit.',
    expected: 'a whole number',
    schema: whole(0, 1_000_000),
    fallback: '1000',
  },
  BODY_LIMIT: {
    about: 'Longest request body, in bytes.',
    expected: 'a whole number from 1024 up',
    schema: whole(1024, 1_000_000_000),
    fallback: '5242880',
  },
  SEQUENCE_KEEP: {
    about: "How many of a user's newest events are kept.",
    expected: 'a whole number from 1 up',
    schema: whole(1, 1_000_000),
    fallback: '1000',
  },
  SEEN_KEEP: {
    about: "How many of a user's items are remembered as seen, and so never recommended.",
    expected: 'a whole number from 1 up',
    schema: whole(1, 10_000_000),
    fallback: '10000',
  },
  TRAIN_SCHEDULE: {
    about: 'When to train, as a cron pattern; absent: no schedule.',
    expected: 'a cron pattern of 5 or 6 fields',
    schema: cron,
  },
  TRAIN_AFTER_CLICKS: {
    about: 'Train after so many new clicks; absent: not by count.',
    expected: 'a whole number from 1 up',
    schema: whole(1),
  },
  MIN_TRAIN_USERS: {
    about: 'Fewest users to train on.',
    expected: 'a whole number from 1 up',
    schema: whole(1),
    fallback: '20',
  },
  MIN_TRAIN_ITEMS: {
    about: 'Fewest items to train on.',
    expected: 'a whole number from 1 up',
    schema: whole(1),
    fallback: '20',
  },
  GRACE_MS: {
    about: 'How long the index of a version is kept after another went live, in ms.',
    expected: 'a whole number',
    schema: whole(0),
    fallback: '60000',
  },
  REDIS_REWIND_MS: {
    about:
      'When a Redis Cluster has other masters than before, ingest applies again what it applied within so long, in ms.',
    expected: 'a whole number',
    schema: whole(0),
    fallback: '60000',
  },
  MODEL_CONFIG: { about: "JSON file of the model's settings.", expected: 'a readable file', schema: word },
  LOG_LEVEL: {
    about: 'How much is logged.',
    expected: 'trace, debug, info, warn, error, fatal or silent',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    fallback: 'info',
  },
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof ENVIRONMENT;

type Read<V extends Variable> = z.output<V['schema']> | (V extends { fallback: string } ? never : undefined);

/** Every variable, read: those without a fallback may be absent. */
export type EnvironmentValues = { readonly [N in VariableName]: Read<(typeof ENVIRONMENT)[N]> };
