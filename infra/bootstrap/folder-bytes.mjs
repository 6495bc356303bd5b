import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * How much lies in a folder that may be changing, for showing how far a download is.
 *
 * @param {string} folder
 * @returns {Promise<number>} bytes; 0 when it is not there
 */
export async function folderBytes(folder) {
  let total = 0;
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  for (const name of names) {
    total += await stat(join(folder, name)).then(
      (info) => (info.isFile() ? info.size : 0),
      () => 0,
    );
  }
  return total;
}
