import { join, resolve } from 'node:path';
import { redisProcessId } from './exchange.mjs';
import { freePort } from './ports.mjs';
import { makePrivate, writePrivate } from './private-files.mjs';
import { runningServer, startOnFreePort, startServerProcess } from './server-process.mjs';

const NAME = 'redis';
const PREFERRED_PORT = 6379;

/**
 * @typedef {object} RedisOptions
 * @property {string} dataDir the append-only file and the log; made when it is not there, reused when it is
 * @property {import('../bootstrap/redis.mjs').RedisFiles} files
 * @property {number} [port] preferred; another is taken when somebody listens there
 * @property {boolean} [persist] keep the data, at most one second of writes being lost in a crash; default true
 * @property {boolean} [outlive] go on when this process dies
 * @property {string} [password] of its default user; absent: nobody is asked for one
 */

/**
 * Starts a Redis of the project's own on 127.0.0.1: nothing is evicted (job queues and sequences are not a cache).
 *
 * @param {RedisOptions} options
 * @returns {Promise<import('./server-process.mjs').LocalServer>}
 */
export async function startRedis(options) {
  const dataDir = resolve(options.dataDir);
  await makePrivate(dataDir);
  const running = await runningRedis(dataDir, options.password);
  if (running !== undefined)
    throw new Error(`A Redis already runs on ${dataDir}: process ${running.pid}, port ${running.port}.`);
  const [program = '', ...before] = options.files.command;
  return startOnFreePort(async () => {
    const port = await freePort(options.port ?? PREFERRED_PORT);
    // By a file: what stands on a command line, every user of the machine can read.
    const settings = join(dataDir, 'redis.conf');
    await writePrivate(settings, redisConf(options, dataDir, port));
    return startServerProcess({
      name: NAME,
      command: program,
      args: [...before, settings],
      port,
      dataDir,
      outlive: options.outlive ?? false,
      isReady: async (pid) => (await redisProcessId(port, options.password)) === pid,
      // A large append-only file takes its time to be read.
      readyWithinMs: 300_000,
      stopWithinMs: 20_000,
    });
  });
}

/**
 * The Redis that runs on a data folder, started by this or another process.
 *
 * @param {string} dataDir
 * @param {string} [password]
 */
export function runningRedis(dataDir, password) {
  return runningServer(resolve(dataDir), NAME, async (port, pid) => (await redisProcessId(port, password)) === pid);
}

/**
 * @param {RedisOptions} options
 * @param {string} dataDir
 * @param {number} port
 */
function redisConf({ persist = true, password }, dataDir, port) {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${JSON.stringify(dataDir)}`,
    'daemonize no',
    'maxmemory-policy noeviction',
    'save ""',
    `appendonly ${persist ? 'yes' : 'no'}`,
    'appendfsync everysec',
    ...(password === undefined ? [] : [`requirepass ${password}`]),
    '',
  ].join('\n');
}
