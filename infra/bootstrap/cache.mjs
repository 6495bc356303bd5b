import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A lock that nobody touched for this long belongs to a process that is gone, on whatever machine it was. */
const STALE_LOCK_MS = 30_000;
const TOUCH_LOCK_MS = 5_000;
/** A half-made folder this old was left by an interrupted run. */
const ABANDONED_MS = 3_600_000;

/** The user's cache folder, shared by all clones: large downloads and built libraries. */
export function cacheFolder() {
  const own = process.env['CLICK_RECALL_CACHE'];
  if (own !== undefined && own !== '') return own;
  const xdg = process.env['XDG_CACHE_HOME'];
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.cache'), 'click-recall');
}

/**
 * Makes a folder once, however many processes ask at the same time and wherever one is interrupted: it is made aside
 * and renamed, so a folder that is there is complete.
 *
 * @param {string} folder absolute path; its name must change when what belongs into it changes
 * @param {(aside: string) => Promise<void>} make fills the empty folder `aside`; paths written into it must be relative
 * @param {() => void} [onWait] called when another process is making the same folder
 * @returns {Promise<'present' | 'made'>}
 */
export async function makeOnce(folder, make, onWait) {
  if (existsSync(folder)) return 'present';
  await mkdir(dirname(folder), { recursive: true });
  const unlock = await lock(`${folder}.lock`, () => existsSync(folder), onWait);
  if (unlock === undefined) return 'present';
  const aside = `${folder}.partial-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    await removeAbandoned(folder);
    await mkdir(aside);
    await make(aside);
    await rename(aside, folder).catch((error) => {
      // Somebody who took our lock for stale was quicker; theirs is as complete as ours.
      if (!existsSync(folder)) throw error;
    });
    return 'made';
  } finally {
    await rm(aside, { recursive: true, force: true });
    await unlock();
  }
}

/**
 * The lock only spares a second process the same work; that the folder is whole rests on the rename alone. So the small
 * window in which two processes both take over a stale lock does no harm.
 *
 * @param {string} path
 * @param {() => boolean} done asked while waiting: the other process has made it
 * @param {(() => void) | undefined} onWait
 * @returns {Promise<(() => Promise<void>) | undefined>} unlocks; undefined when `done` became true
 */
async function lock(path, done, onWait) {
  let told = false;
  for (;;) {
    try {
      await writeFile(path, JSON.stringify({ host: hostname(), pid: process.pid }), { flag: 'wx' });
      const touch = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), TOUCH_LOCK_MS);
      touch.unref();
      if (done()) {
        clearInterval(touch);
        await rm(path, { force: true });
        return undefined;
      }
      return async () => {
        clearInterval(touch);
        await rm(path, { force: true });
      };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    if (done()) return undefined;
    if (await isStale(path)) {
      await rm(path, { force: true });
      continue;
    }
    if (!told) onWait?.();
    told = true;
    await delay(200);
  }
}

/** @param {string} path of a lock */
async function isStale(path) {
  const age = await ageMs(path);
  if (age === undefined) return false;
  if (age > STALE_LOCK_MS) return true;
  try {
    const { host, pid } = JSON.parse(await readFile(path, 'utf8'));
    if (host !== hostname()) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** @param {string} folder */
async function removeAbandoned(folder) {
  const parent = dirname(folder);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(`${basename(folder)}.partial-`)) continue;
    const path = join(parent, name);
    const age = await ageMs(path);
    if (age !== undefined && age > ABANDONED_MS) await rm(path, { recursive: true, force: true });
  }
}

/**
 * @param {string} path
 * @returns {Promise<number | undefined>} milliseconds since the last change; undefined when it is not there
 */
async function ageMs(path) {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}
