import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureRedis } from '../../bootstrap/redis.mjs';
import { redisProcessId } from '../../local/exchange.mjs';
import { freePort } from '../../local/ports.mjs';
import { startServerProcess } from '../../local/server-process.mjs';
import { makeAuthority, type Authority } from './make-certificates.js';

/** A Redis that speaks TLS on one port and plain text on another, and lets in nobody without a password. */
export interface SecuredRedis {
  readonly folder: string;
  readonly authority: Authority;
  readonly password: string;
  readonly plainPort: number;
  readonly tlsPort: number;
}

export interface SecuredRedisOptions {
  /** What the certificate is good for, as openssl takes it; this machine unless set. */
  readonly names?: string;
}

/** For tests only: stops, and goes with its files, when `atEnd` calls what it is given, the last one first. */
export async function startSecuredRedis(
  atEnd: (work: () => Promise<void>) => void,
  { names = 'DNS:localhost,IP:127.0.0.1' }: SecuredRedisOptions = {},
): Promise<SecuredRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'click-recall-redis-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const authority = await makeAuthority(folder, 'authority');
  const { certificate, key } = await authority.issue('redis', names);
  const [plainPort, tlsPort] = [await freePort(), await freePort()];
  const password = 'pass-W0rd';
  const { command } = await ensureRedis({ update: () => undefined });
  const [program = '', ...before] = command;

  const file = join(folder, 'redis.conf');
  const lines = [
    ...['bind 127.0.0.1', `port ${plainPort}`, `tls-port ${tlsPort}`, 'tls-auth-clients no'],
    ...[`tls-cert-file ${certificate}`, `tls-key-file ${key}`, `tls-ca-cert-file ${authority.file}`],
    ...['save ""', 'appendonly no', 'maxmemory-policy noeviction', `dir ${folder}`, `requirepass ${password}`],
  ];
  await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  const server = await startServerProcess({
    name: 'redis',
    command: program,
    args: [...before, file],
    port: plainPort,
    dataDir: folder,
    outlive: false,
    isReady: async (pid) => (await redisProcessId(plainPort, password)) === pid,
    readyWithinMs: 30_000,
    stopWithinMs: 10_000,
  });
  atEnd(() => server.stop());
  return { folder, authority, password, plainPort, tlsPort };
}
