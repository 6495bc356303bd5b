import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { redisProcessId } from './exchange.mjs';
import { freePort } from './ports.mjs';
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
 */

/**
 * Starts a Redis of the project's own on 127.0.0.1: nothing is evicted (job queues and sequences are not a cache).
 *
 * @param {RedisOptions} options
 * @returns {Promise<import('./server-process.mjs').LocalServer>}
 */
export async function startRedis(options) {
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true });
  const running = await runningRedis(dataDir);
  if (running !== undefined)
    throw new Error(`A Redis already runs on ${dataDir}: process ${running.pid}, port ${running.port}.`);
  const [program = '', ...before] = options.files.command;
  const persist = options.persist ?? true;
  return startOnFreePort(async () => {
    const port = await freePort(options.port ?? PREFERRED_PORT);
    return startServerProcess({
      name: NAME,
      command: program,
      args: [
        ...before,
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dataDir, '--daemonize', 'no'],
        ...[
          '--maxmemory-policy',
          'noeviction',
          '--save',
          '',
          '--appendonly',
          persist ? 'yes' : 'no',
          '--appendfsync',
          'everysec',
        ],
      ],
      port,
      dataDir,
      outlive: options.outlive ?? false,
      isReady: async (pid) => (await redisProcessId(port)) === pid,
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
 */
export function runningRedis(dataDir) {
  return runningServer(resolve(dataDir), NAME, async (port, pid) => (await redisProcessId(port)) === pid);
}
