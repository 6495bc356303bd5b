import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { exchange, redisProcessId } from './exchange.mjs';
import { freePort } from './ports.mjs';
import { startOnFreePort, startServerProcess } from './server-process.mjs';

const HOST = '127.0.0.1';
const SLOTS = 16_384;
/** After so long without a word a node counts as gone, and a replica takes its place. */
const NODE_TIMEOUT_MS = 2_000;
const FORMED_WITHIN_MS = 60_000;

/**
 * @typedef {object} RedisClusterOptions
 * @property {string} dataDir a folder a node is made in it
 * @property {import('../bootstrap/redis.mjs').RedisFiles} files
 * @property {number} [masters] 3 unless set; the slots are spread evenly
 * @property {number} [replicas] of each master; 0 unless set
 * @property {boolean} [persist] append-only files, so that a node that was killed comes back with its data; false unless set
 * @property {readonly string[]} [args] more arguments of every server
 */

/**
 * @typedef {object} RedisNode one server of a cluster
 * @property {string} address host:port
 * @property {number} port
 * @property {number} pid of the present or the last process
 * @property {number} master place of the master that it began as a replica of; its own place for a master
 * @property {() => Promise<void>} stop asks it to end and waits
 * @property {() => Promise<void>} kill SIGKILL, and waits
 * @property {() => Promise<void>} start again, after it was stopped or killed: same port, same folder
 */

/**
 * @typedef {object} RedisCluster
 * @property {string} address host:port of the first master; every node tells of the others
 * @property {RedisNode[]} nodes the masters first, then the replicas
 * @property {() => Promise<void>} stop ends all nodes
 */

/**
 * Starts a Redis Cluster of this machine: one process a node on 127.0.0.1, all of which die with this one. Resolves once every node
 * knows every other, serves, and each replica follows its master.
 *
 * @param {RedisClusterOptions} options
 * @returns {Promise<RedisCluster>}
 */
export async function startRedisCluster({ masters = 3, replicas = 0, ...options }) {
  const count = masters * (1 + replicas);
  const started = await Promise.allSettled(
    Array.from({ length: count }, (_, place) => startNode(options, place, place % masters)),
  );
  const nodes = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())));
  try {
    const failed = started.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    await form(nodes, masters);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address: nodes[0]?.address ?? '', nodes, stop };
}

/**
 * @param {Omit<RedisClusterOptions, 'masters' | 'replicas'>} options
 * @param {number} place
 * @param {number} master
 * @returns {Promise<RedisNode & { busPort: number }>}
 */
async function startNode({ dataDir, files, persist = false, args = [] }, place, master) {
  const folder = join(resolve(dataDir), `node-${place}`);
  await mkdir(folder, { recursive: true });
  const [program = '', ...before] = files.command;
  const start = (/** @type {number} */ port, /** @type {number} */ busPort) =>
    startServerProcess({
      name: 'redis',
      command: program,
      args: [
        ...before,
        ...['--port', String(port), '--bind', HOST, '--dir', folder, '--daemonize', 'no'],
        ...['--maxmemory-policy', 'noeviction', '--save', ''],
        ...['--appendonly', persist ? 'yes' : 'no', '--appendfsync', 'everysec'],
        ...['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-config-file', 'nodes.conf'],
        ...['--cluster-node-timeout', String(NODE_TIMEOUT_MS)],
        // Keys of a master that is gone are out of reach, those of the others are not.
        ...['--cluster-require-full-coverage', 'no'],
        // A replica of a test is empty or nearly so, and asked to follow while nobody waits.
        ...['--repl-diskless-sync-delay', '0'],
        ...args,
      ],
      port,
      dataDir: folder,
      outlive: false,
      isReady: async (pid) => (await redisProcessId(port)) === pid,
      readyWithinMs: 300_000,
      stopWithinMs: 20_000,
    });

  let busPort = 0;
  let server = await startOnFreePort(async () => {
    busPort = await freePort();
    return start(await freePort(), busPort);
  });
  const { address, port } = server;
  return {
    address,
    port,
    busPort,
    master,
    get pid() {
      return server.pid;
    },
    stop: () => server.stop(),
    kill: async () => {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
      await server.stop();
    },
    start: async () => {
      server = await start(port, busPort);
    },
  };
}

/**
 * @param {readonly (RedisNode & { busPort: number })[]} nodes
 * @param {number} masters
 */
async function form(nodes, masters) {
  const ids = await Promise.all(nodes.map(({ port }) => ask(port, 'CLUSTER MYID')));
  for (const [place, { port }] of nodes.entries()) {
    if (place < masters) {
      const first = Math.ceil((SLOTS * place) / masters);
      const last = Math.ceil((SLOTS * (place + 1)) / masters) - 1;
      await ask(port, `CLUSTER ADDSLOTSRANGE ${first} ${last}`);
    }
    // Each its own, else those of equal epochs first have to find out.
    await ask(port, `CLUSTER SET-CONFIG-EPOCH ${place + 1}`);
  }
  // Each meets each: quicker than to wait until they hear of one another.
  for (const { port } of nodes)
    for (const other of nodes)
      if (other.port !== port) await ask(port, `CLUSTER MEET ${HOST} ${other.port} ${other.busPort}`);

  const deadline = Date.now() + FORMED_WITHIN_MS;
  const eachKnowsAll = (/** @type {{ port: number }} */ { port }) =>
    ask(port, 'CLUSTER NODES').then(
      (told) => ids.every((id) => told.includes(id)) && !/handshake|noaddr|fail/.test(told),
    );
  await until(nodes, eachKnowsAll, deadline);
  for (const [place, { port, master }] of nodes.entries())
    if (place >= masters) await ask(port, `CLUSTER REPLICATE ${ids[master]}`);
  await until(nodes, serves, deadline);
  await until(nodes.slice(masters), follows, deadline);
}

/** @param {{ port: number }} node */
async function serves({ port }) {
  const info = await ask(port, 'CLUSTER INFO');
  return info.includes('cluster_state:ok') && info.includes(`cluster_slots_ok:${SLOTS}`);
}

/** @param {{ port: number }} node */
async function follows({ port }) {
  return (await ask(port, 'INFO replication')).includes('master_link_status:up');
}

/**
 * @param {readonly (RedisNode & { busPort: number })[]} nodes
 * @param {(node: { port: number }) => Promise<boolean>} holds
 * @param {number} deadline
 */
async function until(nodes, holds, deadline) {
  for (;;) {
    const answers = await Promise.all(nodes.map(holds));
    if (answers.every(Boolean)) return;
    if (Date.now() > deadline) throw new Error(`the Redis Cluster was not formed within ${FORMED_WITHIN_MS / 1_000} s`);
    await delay(20);
  }
}

/**
 * One inline command; its arguments hold no spaces.
 *
 * @param {number} port
 * @param {string} command
 * @returns {Promise<string>} the reply's text
 */
async function ask(port, command) {
  const reply = await exchange(port, Buffer.from(`${command}\r\n`), isWhole, 5_000);
  const text = reply?.toString() ?? '';
  if (text === '' || text.startsWith('-'))
    throw new Error(`${HOST}:${port} to ${command}: ${text.trim() || 'no answer'}`);
  return text.startsWith('$') ? text.slice(text.indexOf('\r\n') + 2).trim() : text.slice(1).trim();
}

/**
 * Whether a simple or a bulk string is there to its end.
 *
 * @param {Buffer} received
 */
function isWhole(received) {
  const end = received.indexOf('\r\n');
  if (end < 0) return false;
  if (received[0] !== 0x24) return true;
  return received.length >= end + 2 + Number(received.toString('latin1', 1, end)) + 2;
}
