import { cp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.js';
import type { World } from './open-world.js';

/** Appended to for ever: what is copied of it while the server writes is its state at that moment. */
const FOLDER = 'appendonlydir';

/**
 * SIGKILL, and of what was written within the last second some is lost, as when the power fails: a killed process alone loses nothing, since the
 * system still writes what it was handed.
 */
export async function cutPower({ redis, folder }: Pick<World, 'redis' | 'folder'>, random: Random): Promise<void> {
  const file = await newestFile(join(folder, 'redis', FOLDER));
  const before = (await stat(file)).size;
  await delay(random.between(0, 1_000));
  await redis.kill();
  const written = (await stat(file)).size;
  await truncate(file, Math.floor(random.between(before, written)));
}

/** Copies what Redis has on disk now; `dataDir` is that of one node where there are several. */
export async function keepRedisData(
  { folder }: Pick<World, 'folder'>,
  name: string,
  dataDir = join(folder, 'redis'),
): Promise<RedisCopy> {
  const copy = join(folder, `redis-copy-${name}`);
  const place = join(dataDir, FOLDER);
  await rm(copy, { recursive: true, force: true });
  await cp(place, copy, { recursive: true });
  return {
    async putBack() {
      await rm(place, { recursive: true });
      await cp(copy, place, { recursive: true });
    },
  };
}

/** Removes what Redis has on disk; it must not be running. */
export function emptyRedisData(dataDir: string): Promise<void> {
  return rm(join(dataDir, FOLDER), { recursive: true });
}

/** Data of Redis as it was. */
export interface RedisCopy {
  /** In place of what is there; Redis must not be running. */
  putBack(): Promise<void>;
}

async function newestFile(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.incr.aof')).sort();
  const newest = files.at(-1);
  if (newest === undefined) throw new Error(`no append-only file in ${folder}`);
  return join(folder, newest);
}
