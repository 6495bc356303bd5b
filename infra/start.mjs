#!/usr/bin/env node
// npm start: sets up what is missing, starts Kafka, Redis, the services and the console, runs the pipeline on real input.
// Needs nothing but Node. `npm start -- --help` says what it takes.
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bootstrap } from './bootstrap.mjs';
import { ensureMovieLens } from './bootstrap/movielens.mjs';
import { SetupProblem } from './bootstrap/problem.mjs';
import { asTask, createProgress } from './bootstrap/progress.mjs';
import { claimDataFolder } from './local/data-folder.mjs';
import { KAFKA_USER, startKafka } from './local/kafka.mjs';
import { onInterrupt } from './local/on-interrupt.mjs';
import { freePort } from './local/ports.mjs';
import { closeTree, keptPassword, makePrivate } from './local/private-files.mjs';
import { startRedis } from './local/redis.mjs';
import { parseStartOptions, USAGE, UsageError } from './start/options.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const startedAt = Date.now();

/** What lies in a data folder, all of it closed to others; a folder of former versions was not. */
const OWN_PARTS = ['redis', 'kafka', 'models', 'registry', 'logs', 'replayed.json', 'console-password', 'run.json'];

/** Errors that a person can do something about: shown without a stack. */
const EXPECTED = new Set([
  'DataFileError',
  'TrainingFailed',
  'ServiceDidNotStart',
  'ServerDidNotStart',
  'DataFolderInUse',
  'ConfigError',
  'KafkaRefused',
]);

const stop = new AbortController();
onInterrupt(() => {
  stop.abort();
  progress.line('  stopping; a second Ctrl-C ends everything at once');
});

const progress = createProgress();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  progress.end();
  process.exitCode = tell(error);
}
// Sockets that linger in a pool must not keep a finished run waiting.
process.exit();

/**
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
async function main(args) {
  const options = parseStartOptions(args);
  if (options === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const here = process.env['INIT_CWD'] ?? process.cwd();
  for (const source of [options.events, options.items]) await requireFile(here, source);
  const dataFolder = options.data === undefined ? join(ROOT, '.data') : resolve(here, options.data);
  await makePrivate(dataFolder);
  const release = await claimDataFolder(dataFolder);
  try {
    return await runOn(dataFolder, options, here);
  } finally {
    await release();
  }
}

/**
 * @param {string} dataFolder
 * @param {import('./start/options.mjs').StartOptions} options
 * @param {string} here
 * @returns {Promise<number>} exit code
 */
async function runOn(dataFolder, options, here) {
  const installed = await bootstrap({ progress });
  const input = options.serve ? undefined : await chooseInput(options);
  // From here on everything that is written, by us and by what we start, is data and secrets of a pipeline.
  process.umask(0o077);
  for (const part of OWN_PARTS) await closeTree(join(dataFolder, part));
  stop.signal.throwIfAborted();

  const { runStart, keepRunning } = await import(pathToFileURL(join(ROOT, 'infra/dist/index.js')).href);
  /** @type {{ stop(): Promise<void> }[]} */
  const servers = [];
  try {
    const env = { ...process.env };
    /** @type {string | undefined} */
    let kafkaLog;
    if (installed.redis) {
      const { redis: files } = installed;
      const dataDir = join(dataFolder, 'redis');
      const password = await keptPassword(join(dataFolder, 'redis-password'));
      const start = (/** @type {{ port?: number }} */ at) =>
        startRedis({ dataDir, files, persist: true, password, ...at });
      const redis = await step('Redis', () => start({}), address);
      servers.push(await keepUp(keepRunning, 'Redis', redis, start));
      Object.assign(env, ourRedis(redis.address, password));
    }
    if (installed.kafka) {
      const { kafka: files } = installed;
      const dataDir = join(dataFolder, 'kafka');
      const password = await keptPassword(join(dataFolder, 'kafka-password'));
      const start = (/** @type {{ port?: number }} */ at) => startKafka({ dataDir, files, password, ...at });
      const kafka = await step('Kafka', () => start({}), address);
      servers.push(await keepUp(keepRunning, 'Kafka', kafka, start));
      Object.assign(env, ourKafka(kafka.address, password));
      kafkaLog = await readFile(join(dataDir, 'cluster-id'), 'utf8');
    }
    env['REGISTRY_URL'] ??= `file:${join(dataFolder, 'models')}`;
    const passwordFile = join(dataFolder, 'console-password');
    const passwordAt = env['CONSOLE_PASSWORD'] === undefined ? passwordFile : 'CONSOLE_PASSWORD';
    env['CONSOLE_PASSWORD'] ??= await keptPassword(passwordFile);

    await runStart({
      root: ROOT,
      dataFolder,
      env,
      kafkaLog,
      passwordAt,
      progress,
      print: (/** @type {string} */ text) => void process.stdout.write(text),
      freePort,
      signal: stop.signal,
      startedAt,
      once: options.once,
      json: options.json === undefined ? undefined : resolve(here, options.json),
      epochs: options.epochs,
      input,
    });
    return 0;
  } finally {
    for (const server of servers.reverse()) await server.stop();
    if (servers.length > 0) progress.line(`  ✓ ${'stop'.padEnd(12)} Kafka and Redis stopped`);
    progress.end();
  }
}

/**
 * Starts a server again, on its port, when it ends by itself: everybody goes on by himself once it answers.
 *
 * @typedef {import('./local/server-process.mjs').LocalServer} LocalServer
 * @typedef {LocalServer & { ended: Promise<void> }} KeptServer
 * @param {(options: object) => Promise<{ stop(): Promise<void> }>} keepRunning
 * @param {string} name
 * @param {LocalServer} first
 * @param {(at: { port?: number }) => Promise<LocalServer>} start
 */
function keepUp(keepRunning, name, first, start) {
  return keepRunning({
    async start(/** @type {AbortSignal} */ _signal, /** @type {number} */ attempt) {
      const server = attempt === 0 ? first : await start({ port: first.port });
      if (server.port !== first.port) {
        await server.stop();
        throw new Error(`port ${first.port} is taken by somebody else`);
      }
      return { ...server, ended: server.exited };
    },
    onEnded: (/** @type {KeptServer} */ { logFile }) =>
      progress.line(`  ! ${name} ended by itself; starting it again. Its log: ${logFile}`),
    onBack: (/** @type {KeptServer} */ server) => progress.line(`  ✓ ${name} is up again on ${server.address}`),
    onGivenUp: (/** @type {string} */ reason) =>
      progress.line(`  ✗ ${name} stays down after several attempts: ${reason}`),
  });
}

/**
 * @param {import('./start/options.mjs').StartOptions} options
 */
async function chooseInput(options) {
  if (options.events) return { events: options.events, items: options.items };
  const files = await step(
    'MovieLens',
    (task) => ensureMovieLens(task),
    () => '100,000 timestamped events, from the cache folder',
  );
  const most = options.maxEvents;
  return {
    isDemo: true,
    events: {
      file: files.interactions,
      format: 'tsv',
      user: 'user_id:token',
      item: 'item_id:token',
      timestamp: 'timestamp:float',
      timestampUnit: 's',
      ...(most === undefined ? {} : { maxEvents: most }),
    },
    items: {
      file: files.items,
      format: 'tsv',
      itemId: 'item_id:token',
      title: 'movie_title:token_seq',
      year: 'release_year:token',
      categories: 'class:token_seq',
      categorySeparator: ' ',
    },
  };
}

/**
 * @template T
 * @param {string} name
 * @param {(task: import('./bootstrap/progress.mjs').Task) => Promise<T>} work
 * @param {(result: T) => string} told
 * @returns {Promise<T>}
 */
function step(name, work, told) {
  return asTask(progress, { name, text: 'starting' }, work, told);
}

/** @param {import('./local/server-process.mjs').LocalServer} server */
function address(server) {
  return `${server.address}, log ${server.logFile}`;
}

/**
 * How everybody reaches a Kafka of ours; what the caller's environment says of another one does not count.
 *
 * @param {string} brokers
 * @param {string} password
 */
function ourKafka(brokers, password) {
  return {
    KAFKA_BROKERS: brokers,
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_SASL_USERNAME: KAFKA_USER,
    KAFKA_SASL_PASSWORD: password,
    ...{ KAFKA_SSL: '', KAFKA_SSL_CA: '', KAFKA_SSL_CERT: '', KAFKA_SSL_KEY: '' },
  };
}

/**
 * The same of a Redis of ours.
 *
 * @param {string} at
 * @param {string} password
 */
function ourRedis(at, password) {
  return { REDIS_URL: `redis://:${password}@${at}`, REDIS_SSL_CA: '', REDIS_CLUSTER: '' };
}

/**
 * Checked before anything is installed: a mistyped name should not cost minutes. Relative names are meant from where npm was called.
 *
 * @param {string} here
 * @param {{ file: string } | undefined} source
 */
async function requireFile(here, source) {
  if (source === undefined) return;
  source.file = resolve(here, source.file);
  await access(source.file, constants.R_OK).catch(() => {
    throw new UsageError(`${source.file}: no such file, or it cannot be read`);
  });
}

/**
 * Says what went wrong, for a person.
 *
 * @param {unknown} error
 * @returns {number} exit code
 */
function tell(error) {
  if (stop.signal.aborted) return 130;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError) {
    process.stderr.write(`${message}\n`);
    return 2;
  }
  const expected = error instanceof SetupProblem || (error instanceof Error && EXPECTED.has(error.name));
  process.stderr.write(`\n${expected || !(error instanceof Error) ? message : (error.stack ?? message)}\n`);
  return 1;
}
