import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../lab-error.js';

/**
 * Makes a folder of a run and keeps other processes out of it until it is given back. A claim whose process is gone is taken
 * over.
 *
 * @returns gives it back
 * @throws LabError when a living process has it
 */
export async function claimFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const lock = join(folder, 'lock');
  const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
  if (owner > 0 && owner !== process.pid && isAlive(owner)) {
    throw new LabError(`${folder}: process ${owner} is training here; if it is something else, remove ${lock}`);
  }
  await rm(lock, { force: true });
  await writeFile(lock, String(process.pid), { flag: 'wx' }).catch(() => {
    throw new LabError(`${folder}: another process began training here at the same moment`);
  });
  return () => rm(lock, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
