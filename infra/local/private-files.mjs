import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Bytes of chance in a password that is made up: beyond guessing. */
const PASSWORD_BYTES = 24;
/** Everybody may write there (/tmp): a folder that is not ours to close. */
const STICKY = 0o1000;
const OTHERS = 0o077;

/**
 * Makes a folder that only its owner can enter; one that is there already is closed to others.
 *
 * @param {string} folder
 */
export async function makePrivate(folder) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await close(folder);
}

/**
 * Takes from everybody but the owner what lies in a folder, itself included. Links are not followed, and what goes meanwhile is let go: a server
 * of an earlier start may still be at its end.
 *
 * @param {string} folder nothing is done when it is not there
 */
export async function closeTree(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  if ((await lstat(folder).catch(() => undefined)) !== undefined) await close(folder);
  for (const entry of entries) {
    if (entry.isSymbolicLink()) continue;
    await close(join(entry.parentPath, entry.name)).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

/** @param {string} path */
async function close(path) {
  const { mode } = await lstat(path);
  if ((mode & STICKY) !== 0 || (mode & OTHERS) === 0) return;
  await chmod(path, mode & 0o700).catch((error) => {
    if (error.code === 'ENOENT') throw error;
    // Somebody else's: not ours to close, and not ours to fill with secrets.
    throw new Error(`${path} can be read by others, and its mode cannot be changed: ${error.message}`);
  });
}

/**
 * Writes a file that only its owner can read, in one step: a reader never sees half of it.
 *
 * @param {string} file
 * @param {string} text
 */
export async function writePrivate(file, text) {
  const aside = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await writeFile(aside, text, { mode: 0o600, flag: 'wx' });
  await rename(aside, file);
}

/**
 * A password that is made up when it is first asked for, and is the same from then on.
 *
 * @param {string} file
 * @returns {Promise<string>} letters, digits, - and _
 */
export async function keptPassword(file) {
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (kept !== '') {
    await close(file);
    return kept;
  }
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writePrivate(file, `${password}\n`);
  return password;
}
