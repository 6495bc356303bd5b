import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createRedis } from '@click-recall/redis';
import { createLogger } from '@click-recall/runtime';
import { eventually } from '@click-recall/testing';
import { createVectorSetIndex, type VectorIndex } from '@click-recall/vector-index';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureKafka } from '../bootstrap/kafka.mjs';
import { ensureRedis } from '../bootstrap/redis.mjs';
import { exchange, kafkaIsReady, redisProcessId } from '../local/exchange.mjs';
import { runningKafka, startKafka } from '../local/kafka.mjs';
import { freePort } from '../local/ports.mjs';
import { runningRedis, startRedis } from '../local/redis.mjs';
import type { LocalServer } from '../local/server-process.mjs';

const quiet = { update: () => undefined };
let dataDir: string;
let servers: LocalServer[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'click-recall-local-'));
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(dataDir, { recursive: true });
});

async function redis(port = 0): Promise<LocalServer> {
  const server = await startRedis({ dataDir, port, files: await ensureRedis(quiet) });
  servers.push(server);
  return server;
}

async function kafka(port = 0): Promise<LocalServer> {
  const server = await startKafka({ dataDir, port, files: await ensureKafka(quiet) });
  servers.push(server);
  return server;
}

async function ask(server: LocalServer, command: string): Promise<string> {
  const request = Buffer.from(`${command}\r\n`);
  const answer = await exchange(server.port, request, (text) => text.toString().endsWith('\r\n'), 1_000);
  return answer?.toString().trim() ?? '';
}

async function withVectors<T>(server: LocalServer, use: (index: VectorIndex) => Promise<T>): Promise<T> {
  const connection = createRedis({
    url: `redis://${server.address}`,
    cluster: false,
    logger: createLogger({ service: 'test', level: 'fatal' }),
  });
  try {
    await connection.ready(10_000);
    return await use(createVectorSetIndex(connection, { namespace: 'kept' }));
  } finally {
    await connection.quit();
  }
}

async function takenPort(): Promise<{ port: number; free: () => Promise<unknown> }> {
  const holder = createServer().listen(await freePort(), '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, free: () => new Promise((done) => holder.close(done)) };
}

describe('startRedis', () => {
  it('keeps its data over a stop and a start', async () => {
    const first = await redis();
    await expect(ask(first, 'SET kept yes')).resolves.toBe('+OK');
    await first.stop();
    await expect(ask(await redis(), 'GET kept')).resolves.toContain('yes');
  });

  it('keeps vector indexes over a stop and a start', async () => {
    const space = { version: 'v', kind: 'items', dim: 2, maxNorm: 2, shards: 1 } as const;
    const first = await redis();
    await withVectors(first, (index) =>
      index.upsert(space, [
        { id: 'a', vector: Float32Array.of(1, 0) },
        { id: 'b', vector: Float32Array.of(0, 1) },
      ]),
    );
    await first.stop();
    await expect(withVectors(await redis(), (index) => index.count(space))).resolves.toBe(2);
  });

  it('evicts nothing and has vector sets', async () => {
    const server = await redis();
    await expect(ask(server, 'CONFIG GET maxmemory-policy')).resolves.toContain('noeviction');
    await expect(ask(server, 'VADD set VALUES 2 1 0 item')).resolves.toBe(':1');
  });

  it('moves aside when its port is taken', async () => {
    const taken = await takenPort();
    const server = await redis(taken.port);
    expect(server.port).not.toBe(taken.port);
    await expect(redisProcessId(server.port)).resolves.toBe(server.pid);
    await taken.free();
  });

  it('refuses a data folder on which one runs, and says where that one is', async () => {
    const server = await redis();
    await expect(redis()).rejects.toThrow(`process ${server.pid}, port ${server.port}`);
    await expect(runningRedis(dataDir)).resolves.toEqual({ pid: server.pid, port: server.port });
    await server.stop();
    await expect(runningRedis(dataDir)).resolves.toBeUndefined();
  });

  it('dies with the process that started it, even when that one is killed', async () => {
    const script = `
      import { ensureRedis } from ${JSON.stringify(new URL('../bootstrap/redis.mjs', import.meta.url).href)};
      import { startRedis } from ${JSON.stringify(new URL('../local/redis.mjs', import.meta.url).href)};
      const files = await ensureRedis({ update() {} });
      const server = await startRedis({ dataDir: ${JSON.stringify(dataDir)}, port: 0, files });
      console.log(server.port);
      setInterval(() => undefined, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface({ input: owner.stdout }), 'line');
    const port = Number(line);
    await expect(redisProcessId(port)).resolves.toBeGreaterThan(0);
    owner.kill('SIGKILL');
    await eventually(async () => expect(await redisProcessId(port)).toBeUndefined());
  });
});

// Two starts of a JVM, on a machine that may be busy.
describe('startKafka', { timeout: 120_000 }, () => {
  it('is ready when it says so, moves aside when its port is taken, and keeps its cluster over a restart', async () => {
    const taken = await takenPort();
    const first = await kafka(taken.port);
    await taken.free();
    expect(first.port).not.toBe(taken.port);
    await expect(kafkaIsReady(first.port)).resolves.toBe(true);
    await expect(runningKafka(dataDir)).resolves.toEqual({ pid: first.pid, port: first.port });
    const cluster = () =>
      /cluster\.id=(\S+)/.exec(readFileSync(join(dataDir, 'topics', 'meta.properties'), 'utf8'))?.[1];
    const before = cluster();
    await first.stop();
    await expect(kafkaIsReady(first.port)).resolves.toBe(false);
    await expect(kafkaIsReady((await kafka()).port)).resolves.toBe(true);
    expect(cluster()).toBe(before);
  });
});
