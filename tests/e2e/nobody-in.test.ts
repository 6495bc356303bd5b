import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createKafkaClient, KafkaRefused } from '@click-recall/kafka';
import { eventually, randomNamespace } from '@click-recall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureRedis } from '../../infra/bootstrap/redis.mjs';
import { exchange } from '../../infra/local/exchange.mjs';
import { startRedis } from '../../infra/local/redis.mjs';
import { commandLines, familyOf, listensOn, LOOPBACK, openToOthers } from './machine-facts.js';
import { secretsIn } from './secrets-in.js';
import { runScript, type Running } from './start-process.js';

// What `npm start` runs on this machine, on a data folder of the time before passwords, with a secret in every variable that takes one.

/** Recognisable, and other than itself where an address or a shell writes it. */
const secret = (): string => `s3cr3t/${randomBytes(6).toString('hex')}+z`;
const given = { API_KEY: secret(), CONSOLE_PASSWORD: secret(), CONSOLE_READ_PASSWORD: secret() };
const wrong = { WRONG_KAFKA: secret(), WRONG_REDIS: secret(), WRONG_KEY: secret(), WRONG_CONSOLE: secret() };
const secrets: Record<string, string> = { ...given, ...wrong };

const DOWN = ['ingest', 'recall', 'trainer', 'embedder', 'console'] as const;
const namespace = randomNamespace('nobody');
const OWN = { KAFKA_BROKERS: '', REDIS_URL: '' };
let folder = '';
let started: Running;
let services: Record<string, string> = {};
let kafkaAddress = '';
let redisPort = 0;
/** Everything that anybody was shown; the logs come last. */
const shown: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'click-recall-nobody-'));
  await dataFolderOfBefore();
  started = runScript('infra/start.mjs', ['--serve', '--data', folder], {
    ...OWN,
    NAMESPACE: namespace,
    API_KEYS: `admin:${given.API_KEY}`,
    CONSOLE_PASSWORD: given.CONSOLE_PASSWORD,
    CONSOLE_READ_PASSWORD: given.CONSOLE_READ_PASSWORD,
    LOG_LEVEL: 'trace',
    ...Object.fromEntries(DOWN.map((name) => [`${name.toUpperCase()}_PORT`, '0'])),
  });
  await eventually(() => started.output().includes('Everything is up') || started.child.exitCode !== null, {
    deadlineMs: 240_000,
  });
  if (started.child.exitCode !== null) throw new Error(started.output());
  ({ services } = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')) as { services: typeof services });
  redisPort = await portOf('redis');
  kafkaAddress = `127.0.0.1:${await portOf('kafka')}`;
  for (const name of ['redis', 'kafka'])
    secrets[name] = (await readFile(join(folder, `${name}-password`), 'utf8')).trim();
});

afterAll(async () => {
  if (started.child.exitCode === null) started.child.kill('SIGTERM');
  await started.ended();
  await rm(folder, { recursive: true, force: true });
});

async function portOf(name: string): Promise<number> {
  const { port } = JSON.parse(await readFile(join(folder, name, `${name}.json`), 'utf8')) as { port: number };
  return port;
}

/** Readable by everybody, with a Redis that asked nobody. */
async function dataFolderOfBefore(): Promise<void> {
  const dataDir = join(folder, 'redis');
  const redis = await startRedis({ dataDir, files: await ensureRedis({ update: () => undefined }), port: 0 });
  await ask(redis.port, 'SET of-before kept');
  await redis.stop();
  await mkdir(join(folder, 'logs'));
  await writeFile(join(folder, 'logs', 'ingest.log'), '');
  for (const path of ['.', 'redis', 'redis/redis.log', 'logs', 'logs/ingest.log'])
    await chmod(join(folder, path), 0o755);
}

async function ask(port: number, ...commands: string[]): Promise<string> {
  const request = Buffer.from(commands.map((command) => `${command}\r\n`).join(''));
  const done = (text: Buffer): boolean => (text.toString().match(/\r\n/g)?.length ?? 0) >= commands.length;
  return (await exchange(port, request, done, 5_000))?.toString() ?? '';
}

/** Runs the command; what it wrote is looked through for secrets at the end. */
async function cli(args: string[], env: Record<string, string> = OWN): Promise<{ code: number | null; text: string }> {
  const running = runScript('packages/cli/bin/click-recall.mjs', ['--data', folder, ...args], env);
  const code = await running.ended();
  shown.push(running.output());
  return { code, text: running.output() };
}

describe('a pipeline of this machine', () => {
  it('asks for the passwords that it made up, and keeps what a Redis of before had', async () => {
    expect(await ask(redisPort, 'GET of-before')).toMatch(/^-NOAUTH/);
    expect(await ask(redisPort, `AUTH ${secrets['redis']}`, 'GET of-before', 'PING')).toContain('kept');
    const stranger = createKafkaClient({
      brokers: [kafkaAddress],
      clientId: 'stranger',
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    });
    await expect(stranger.admin().waitUntilReachable()).rejects.toBeInstanceOf(KafkaRefused);
    await stranger.close();
    expect(new Set([...Object.values(secrets)]).size).toBe(Object.keys(secrets).length);
  });

  it('closes its data folder to others, what was open before included', async () => {
    await expect(openToOthers(folder)).resolves.toEqual([]);
  });

  it.runIf(process.platform === 'linux')(
    'listens on loopback alone, and shows no secret on a command line',
    async () => {
      const addresses = await listensOn(await familyOf(started.child.pid ?? 0));
      // Five services, Redis, Kafka and its controller.
      expect(addresses.length).toBeGreaterThanOrEqual(8);
      expect(addresses.filter((address) => !LOOPBACK.includes(address))).toEqual([]);
      expect((await commandLines()).flatMap((line) => secretsIn(line, secrets))).toEqual([]);
    },
  );

  it('is reached by the command as it is, and by other programs with what the command tells', async () => {
    const status = await cli(['status', '--json']);
    expect(status.text).toContain(`${namespace}.clicks`);
    expect(JSON.parse(status.text)).toMatchObject({ problems: [] });
    const program = `
      import { connectionFromEnvironment, createClickPublisher } from '@click-recall/client';
      const publisher = createClickPublisher(connectionFromEnvironment());
      console.log((await publisher.publish({ eventId: 'e', userId: 'ada', itemId: 'lamp', timestamp: Date.now() })).status);
      await publisher.close();`;
    const file = join(import.meta.dirname, `.program-${namespace}.mjs`);
    await writeFile(file, program);
    try {
      const command = `eval "$(node packages/cli/bin/click-recall.mjs --data "$0" env)" && node "$1"`;
      const env = { ...process.env, ...OWN };
      const { stdout } = await promisify(execFile)('sh', ['-c', command, folder, file], { env });
      expect(stdout).toBe('delivered\n');
    } finally {
      await rm(file);
    }
    expect((await cli(['up', '--json'])).code).toBe(0);
  });
});

describe('no secret is shown', () => {
  it('by what the services answer, to whoever asks with whatever', async () => {
    const basic = (login: string): string => `Basic ${Buffer.from(login).toString('base64')}`;
    const asking: Record<string, string>[] = [
      {},
      { 'x-api-key': given.API_KEY },
      { 'x-api-key': wrong.WRONG_KEY },
      { authorization: basic(`admin:${given.CONSOLE_PASSWORD}`) },
      { authorization: basic(`admin:${wrong.WRONG_CONSOLE}`) },
    ];
    const paths = ['/', '/healthz', '/readyz', '/metrics', '/openapi.json', '/docs', '/v1/users/ada/recommendations'];
    for (const url of Object.values(services)) {
      for (const headers of asking) {
        for (const path of paths) {
          const answer = await fetch(`${url}${path}`, { headers });
          shown.push([...answer.headers].join('\n'), await answer.text());
        }
      }
    }
    expect(shown.length).toBeGreaterThan(100);
  });

  it('when the servers go away and come back', async () => {
    for (const name of ['redis', 'kafka']) {
      const { pid } = JSON.parse(await readFile(join(folder, name, `${name}.json`), 'utf8')) as { pid: number };
      process.kill(pid, 'SIGKILL');
    }
    const readiness = async (): Promise<number> => {
      const answer = await fetch(`${services['ingest']}/readyz`);
      shown.push(await answer.text());
      return answer.status;
    };
    await eventually(async () => expect(await readiness()).toBe(503), { deadlineMs: 60_000 });
    await cli(['status', '--json']);
    await eventually(async () => expect(await readiness()).toBe(200), { deadlineMs: 180_000, everyMs: 250 });
  });

  it.each(DOWN)('by %s, nor by the command, with a wrong password', async (name) => {
    const asWrong = [
      { KAFKA_SASL_PASSWORD: wrong.WRONG_KAFKA, REDIS_URL: `redis://:${secrets['redis']}@127.0.0.1:${redisPort}` },
      {
        KAFKA_SASL_PASSWORD: secrets['kafka'] ?? '',
        REDIS_URL: `redis://:${encodeURIComponent(wrong.WRONG_REDIS)}@127.0.0.1:${redisPort}`,
      },
    ];
    for (const some of asWrong) {
      const env = {
        KAFKA_BROKERS: kafkaAddress,
        KAFKA_SASL_MECHANISM: 'plain',
        KAFKA_SASL_USERNAME: 'click-recall',
        NAMESPACE: namespace,
        API_KEYS: given.API_KEY,
        LOG_LEVEL: 'trace',
        REGISTRY_URL: `file:${join(folder, 'models')}`,
        [`${name.toUpperCase()}_PORT`]: '0',
        ...some,
      };
      const service = runScript(`services/${name}/dist/main.js`, [], env);
      // It ends, or it waits and says for what.
      const hasSpoken = (): boolean =>
        service.child.exitCode !== null || /not available|listening/.test(service.output());
      await eventually(hasSpoken, { deadlineMs: 120_000 });
      service.child.kill('SIGTERM');
      await service.ended();
      shown.push(service.output());
      expect(secretsIn(service.output(), secrets)).toEqual([]);
      if (name === 'ingest') await cli(['status', '--json', '--verbose'], env);
    }
  });

  it('anywhere in what was answered, written and logged', async () => {
    const logs = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.log'));
    expect(logs.length).toBeGreaterThanOrEqual(7);
    const texts = await Promise.all(logs.map((file) => readFile(join(folder, file), 'utf8')));
    expect(texts.join('').length).toBeGreaterThan(1_000);
    // Where they are, they are found.
    expect(secretsIn(await readFile(join(folder, 'run.json'), 'utf8'), secrets)).toEqual(['redis', 'kafka']);
    const login = Buffer.from(`admin:${given.CONSOLE_PASSWORD}`).toString('base64');
    expect(secretsIn(`authorization: Basic ${login}`, secrets)).toEqual(['CONSOLE_PASSWORD']);
    expect(secretsIn(encodeURIComponent(wrong.WRONG_REDIS), secrets)).toEqual(['WRONG_REDIS']);
    const found = [...shown, ...texts, started.output()].flatMap((text) => secretsIn(text, secrets));
    expect(found).toEqual([]);
  });
});
