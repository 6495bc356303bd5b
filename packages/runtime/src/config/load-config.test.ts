import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../errors.js';
import { loadConfig, variablesSet } from './load-config.js';

const folder = mkdtempSync(join(tmpdir(), 'click-recall-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function faultsOf(env: Record<string, string>): Record<string, string> {
  try {
    loadConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return Object.fromEntries(error.faults.map(({ variable, expected }) => [variable, expected]));
  }
  return {};
}

describe('loadConfig', () => {
  it('needs nothing to be set', () => {
    expect(loadConfig({})).toEqual({
      namespace: 'click-recall',
      kafka: { brokers: ['127.0.0.1:9092'], ssl: false },
      redis: { url: 'redis://127.0.0.1:6379', cluster: false },
      registryUrl: pathToFileURL(join(process.cwd(), '.data/registry')).href,
      apiKeys: [],
      corsOrigins: [],
      host: '127.0.0.1',
      ports: { recall: 8080, ingest: 8081, trainer: 8082, embedder: 8083, console: 8088 },
      consolePassword: undefined,
      consoleReadPassword: undefined,
      rateLimit: 1000,
      bodyLimitBytes: 5_242_880,
      sequenceKeep: 1000,
      seenKeep: 10_000,
      trainSchedule: undefined,
      trainAfterClicks: undefined,
      minTrainUsers: 20,
      minTrainItems: 20,
      graceMs: 60_000,
      redisRewindMs: 60_000,
      modelConfigFile: undefined,
      logLevel: 'info',
    });
  });

  it('reads lists, flags, numbers and addresses', () => {
    const config = loadConfig({
      KAFKA_BROKERS: 'a:9092, [::1]:9093,',
      KAFKA_SSL: 'TRUE',
      REDIS_URL: 'rediss://user:secret@cache:6380/0',
      REDIS_CLUSTER: '1',
      REGISTRY_URL: 'file:///models/here',
      API_KEYS: 'first-key,read:second-key',
      CORS_ORIGINS: 'https://shop.example, http://localhost:3000',
      RECALL_PORT: '0',
      TRAIN_SCHEDULE: '0 3 * * *',
      TRAIN_AFTER_CLICKS: '5000',
    });
    expect(config.kafka).toEqual({ brokers: ['a:9092', '[::1]:9093'], ssl: true });
    expect(config.redis).toEqual({ url: 'rediss://user:secret@cache:6380/0', cluster: true });
    expect(config.registryUrl).toBe('file:///models/here');
    expect(config.apiKeys).toEqual([
      { key: 'first-key', role: 'admin' },
      { key: 'second-key', role: 'read' },
    ]);
    expect(config.corsOrigins).toEqual(['https://shop.example', 'http://localhost:3000']);
    expect(config.ports.recall).toBe(0);
    expect(config.trainSchedule).toBe('0 3 * * *');
    expect(config.trainAfterClicks).toBe(5000);
  });

  it('takes an empty variable as not set, and ignores variables it does not know', () => {
    expect(loadConfig({ NAMESPACE: '', LOG_LEVEL: ' ', SOMETHING_ELSE: 'x' })).toEqual(loadConfig({}));
  });

  it('takes given defaults where a variable is not set', () => {
    const config = loadConfig(
      { NAMESPACE: 'mine', REDIS_URL: '' },
      { NAMESPACE: 'other', REDIS_URL: 'redis://there:1' },
    );
    expect(config).toMatchObject({ namespace: 'mine', redis: { url: 'redis://there:1' } });
  });

  it('tells every fault at once', () => {
    const faults = faultsOf({
      NAMESPACE: 'a b',
      RECALL_PORT: '99999',
      LOG_LEVEL: 'loud',
      KAFKA_BROKERS: 'nowhere',
      SEQUENCE_KEEP: '0',
      TRAIN_SCHEDULE: 'daily',
    });
    expect(Object.keys(faults).toSorted()).toEqual([
      'KAFKA_BROKERS',
      'LOG_LEVEL',
      'NAMESPACE',
      'RECALL_PORT',
      'SEQUENCE_KEEP',
      'TRAIN_SCHEDULE',
    ]);
    expect(faults['RECALL_PORT']).toBe('expected a port from 0 to 65535, got "99999"');
  });

  it('never tells the value of a secret', () => {
    const faults = faultsOf({
      REDIS_URL: 'http://hunter2',
      API_KEYS: 'read:hunter22,publish:hunter22',
      CONSOLE_PASSWORD: 'tiny',
      CONSOLE_READ_PASSWORD: 'puny',
    });
    expect(Object.keys(faults)).toHaveLength(4);
    expect(JSON.stringify(faults)).not.toMatch(/hunter2|tiny|puny/);
  });

  it.each(['*', 'https://shop.example/', 'shop.example', 'https://*.example', 'null', 'ftp://shop.example'])(
    'takes no %s for the origin of a page',
    (origin) => {
      expect(Object.keys(faultsOf({ CORS_ORIGINS: `https://shop.example,${origin}` }))).toEqual(['CORS_ORIGINS']);
    },
  );

  it('takes all of SASL or none of it', () => {
    const faults = faultsOf({ KAFKA_SASL_USERNAME: 'me' });
    expect(Object.keys(faults).toSorted()).toEqual(['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_PASSWORD']);
    const sasl = { KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_SASL_USERNAME: 'me', KAFKA_SASL_PASSWORD: 'secret' };
    expect(loadConfig(sasl).kafka.sasl).toEqual({ mechanism: 'scram-sha-512', username: 'me', password: 'secret' });
  });

  it('names a faulty SASL mechanism once', () => {
    const faults = faultsOf({
      KAFKA_SASL_MECHANISM: 'magic',
      KAFKA_SASL_USERNAME: 'me',
      KAFKA_SASL_PASSWORD: 'secret',
    });
    expect(Object.keys(faults)).toEqual(['KAFKA_SASL_MECHANISM']);
  });

  it('reads the certificate authority, and refuses a file that holds none', () => {
    const good = join(folder, 'ca.pem');
    const bad = join(folder, 'not.pem');
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    writeFileSync(good, pem);
    writeFileSync(bad, 'hello');
    expect(loadConfig({ KAFKA_SSL_CA: good }).kafka.ssl).toEqual({ ca: pem });
    expect(Object.keys(faultsOf({ KAFKA_SSL_CA: bad }))).toEqual(['KAFKA_SSL_CA']);
    expect(Object.keys(faultsOf({ KAFKA_SSL_CA: join(folder, 'absent.pem') }))).toEqual(['KAFKA_SSL_CA']);
    expect(Object.keys(faultsOf({ KAFKA_SSL_CA: folder }))).toEqual(['KAFKA_SSL_CA']);
  });

  it('reads the authority of Redis, and refuses one that an unencrypted way would never ask', () => {
    const file = join(folder, 'redis-ca.pem');
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    writeFileSync(file, pem);
    const url = 'rediss://cache:6380';
    expect(loadConfig({ REDIS_SSL_CA: file, REDIS_URL: url }).redis).toEqual({ url, cluster: false, ca: pem });
    expect(faultsOf({ REDIS_SSL_CA: file, REDIS_URL: 'redis://cache' })).toEqual({
      REDIS_URL: 'expected rediss://, since REDIS_SSL_CA is set',
    });
    expect(Object.keys(faultsOf({ REDIS_SSL_CA: folder, REDIS_URL: url }))).toEqual(['REDIS_SSL_CA']);
  });

  it('takes a certificate of ours with its key, or neither', () => {
    const cert = join(folder, 'client.pem');
    const key = join(folder, 'client.key');
    writeFileSync(cert, '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n');
    writeFileSync(key, '-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----\n');
    const { ssl } = loadConfig({ KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: key }).kafka;
    expect(ssl).toEqual({ cert: expect.stringContaining('MIIB'), key: expect.stringContaining('MHcC') });
    expect(Object.keys(faultsOf({ KAFKA_SSL_CERT: cert }))).toEqual(['KAFKA_SSL_KEY']);
    expect(Object.keys(faultsOf({ KAFKA_SSL_KEY: key }))).toEqual(['KAFKA_SSL_CERT']);
    expect(Object.keys(faultsOf({ KAFKA_SSL_CERT: key, KAFKA_SSL_KEY: cert })).toSorted()).toEqual([
      'KAFKA_SSL_CERT',
      'KAFKA_SSL_KEY',
    ]);
  });

  it('refuses a model config that is not there', () => {
    expect(Object.keys(faultsOf({ MODEL_CONFIG: join(folder, 'absent.json') }))).toEqual(['MODEL_CONFIG']);
  });

  it('refuses a registry that is not a folder', () => {
    expect(Object.keys(faultsOf({ REGISTRY_URL: 's3://bucket' }))).toEqual(['REGISTRY_URL']);
  });
});

describe('variablesSet', () => {
  it('tells which are set, and an empty one is not', () => {
    expect(variablesSet(['REDIS_URL', 'KAFKA_BROKERS', 'LISTEN_HOST'], { REDIS_URL: 'x', KAFKA_BROKERS: ' ' })).toEqual(
      ['REDIS_URL'],
    );
  });
});
