#!/usr/bin/env node
// Sets everything up that the project needs: npm packages, Kafka, Redis 8, TensorFlow's native addon, the build. Needs
// nothing but Node. What is there already is left alone.
//   node infra/bootstrap.mjs [--skip kafka,redis,tensorflow,npm,build]

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureKafka } from './bootstrap/kafka.mjs';
import { ensureNpmPackages } from './bootstrap/npm.mjs';
import { SetupProblem } from './bootstrap/problem.mjs';
import { asTask, createProgress } from './bootstrap/progress.mjs';
import { ensureRedis } from './bootstrap/redis.mjs';
import { outputOf, run } from './bootstrap/run.mjs';
import { ensureTensorFlow } from './bootstrap/tensorflow.mjs';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const OLDEST_NODE = [20, 19];

/**
 * @typedef {object} BootstrapOptions each part is done unless it is false
 * @property {boolean} [npm] the packages of the lock file
 * @property {boolean} [kafka] what a local broker is started from; nothing when KAFKA_BROKERS is set
 * @property {boolean} [redis] what a local server is started from; nothing when REDIS_URL is set
 * @property {boolean} [tensorflow] the native addon
 * @property {boolean} [build] the TypeScript build
 * @property {import('./bootstrap/progress.mjs').Progress} [progress] default: lines on stderr
 */

/**
 * @typedef {object} Bootstrapped
 * @property {import('./bootstrap/kafka.mjs').KafkaFiles | undefined} kafka undefined when KAFKA_BROKERS names one, or it was left out
 * @property {import('./bootstrap/redis.mjs').RedisFiles | undefined} redis undefined when REDIS_URL names one, or it was left out
 */

/**
 * Installs what is missing. Parts that do not wait for one another go side by side; all problems are told at once.
 *
 * @param {BootstrapOptions} [options]
 * @returns {Promise<Bootstrapped>}
 * @throws {SetupProblem} with what cannot be had and the ways out
 */
export async function bootstrap(options = {}) {
  requireNode();
  const progress = options.progress ?? createProgress();
  /** @type {unknown[]} */
  const problems = [];

  /**
   * @template T
   * @param {boolean | undefined} wanted
   * @param {string} name
   * @param {(task: import('./bootstrap/progress.mjs').Task) => Promise<T>} work
   * @param {(result: T) => string} told
   * @returns {Promise<T | undefined>}
   */
  const part = async (wanted, name, work, told) => {
    if (wanted === false) return undefined;
    try {
      return await asTask(progress, { name, text: 'looking', failed: 'not there, see below' }, work, told);
    } catch (error) {
      problems.push(error);
      return undefined;
    }
  };
  /**
   * @template T
   * @param {string} variable
   * @param {string} name
   * @param {boolean | undefined} wanted
   * @param {() => Promise<T | undefined>} otherwise
   */
  const unlessGiven = async (variable, name, wanted, otherwise) => {
    if (wanted !== false && (process.env[variable] ?? '') !== '')
      progress.line(`  ✓ ${name.padEnd(12)} given by ${variable}`);
    else return otherwise();
    return undefined;
  };
  const same = (/** @type {string} */ text) => text;

  const packagesAndCode = async () => {
    const packages = await part(options.npm, 'npm', (task) => ensureNpmPackages(PROJECT, task), same);
    if (packages === undefined && options.npm !== false) return;
    await Promise.all([
      part(options.tensorflow, 'TensorFlow', (task) => ensureTensorFlow(PROJECT, task), same),
      part(options.build, 'build', build, same),
    ]);
  };
  const [kafka, redis] = await Promise.all([
    unlessGiven('KAFKA_BROKERS', 'Kafka', options.kafka, () =>
      part(options.kafka, 'Kafka', ensureKafka, (files) => files.version),
    ),
    unlessGiven('REDIS_URL', 'Redis', options.redis, () =>
      part(options.redis, 'Redis', ensureRedis, (files) => files.version),
    ),
    packagesAndCode(),
  ]);
  if (options.progress === undefined) progress.end();
  if (redis?.warning !== undefined) progress.line(`  ! ${redis.warning}`);
  if (problems.length === 1) throw problems[0];
  if (problems.length > 1) {
    throw new SetupProblem(
      problems.map((problem) => (problem instanceof Error ? problem.message : String(problem))).join('\n\n'),
      [],
    );
  }
  return { kafka, redis };
}

/** @param {import('./bootstrap/progress.mjs').Task} task */
async function build(task) {
  task.update('compiling');
  try {
    await run(join(PROJECT, 'node_modules', '.bin', 'tsc'), ['-b'], { cwd: PROJECT });
  } catch (error) {
    throw new SetupProblem('The TypeScript build failed.', [], outputOf(error));
  }
  return 'up to date';
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [needMajor = 0, needMinor = 0] = OLDEST_NODE;
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return;
  throw new SetupProblem(`Node ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}.`, [
    'install a newer Node',
    'use Docker: docker compose -f infra/compose.yaml up',
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const parts = /** @type {const} */ (['npm', 'kafka', 'redis', 'tensorflow', 'build']);
  try {
    const { values } = parseArgs({ options: { skip: { type: 'string', default: '' } } });
    const skipped = values.skip.split(',').filter((name) => name !== '');
    const unknown = skipped.find((name) => !parts.some((part) => part === name));
    if (unknown !== undefined)
      throw new SetupProblem(`There is no part ${unknown} to skip.`, [`use some of ${parts.join(', ')}`]);
    await bootstrap(Object.fromEntries(parts.map((part) => [part, !skipped.includes(part)])));
  } catch (error) {
    process.stderr.write(`\n${error instanceof SetupProblem ? error.message : outputOf(error)}\n`);
    process.exitCode = 1;
  }
}
