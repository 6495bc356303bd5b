import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Another start works on the data folder: two Kafkas on the same files would ruin them. */
export class DataFolderInUse extends Error {
  /**
   * @param {string} folder
   * @param {number} pid
   */
  constructor(folder, pid) {
    super(
      `${folder} is in use by another start, process ${pid}.\nStop that one, or choose another folder with --data FOLDER.`,
    );
    this.name = 'DataFolderInUse';
  }
}

/**
 * Takes a data folder for this process alone.
 *
 * @param {string} folder exists
 * @returns {Promise<() => Promise<void>>} gives it back
 * @throws {DataFolderInUse}
 */
export async function claimDataFolder(folder) {
  const file = join(folder, 'start.pid');
  for (;;) {
    try {
      await writeFile(file, `${process.pid}\n`, { flag: 'wx', mode: 0o600 });
      return () => rm(file, { force: true });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(file, 'utf8').catch(() => ''));
    if (holder > 0 && (await isStart(holder))) throw new DataFolderInUse(folder, holder);
    // Left by one that was killed.
    await rm(file, { force: true });
  }
}

/**
 * Whether a process runs and, where the system tells, is Node: the id of one that was killed may be somebody else's by now.
 *
 * @param {number} pid
 */
async function isStart(pid) {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => 'node');
  return command.includes('node');
}
