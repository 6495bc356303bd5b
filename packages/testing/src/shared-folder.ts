import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The optional folder `shared` beside the project, with data sets and golden files too large or not ours to commit.
 *
 * @param path inside of it
 * @returns the absolute path; undefined where it is absent, so that a test can skip with a message
 */
export function sharedFolder(path = '.'): string | undefined {
  const folder = join(fileURLToPath(new URL('../../../../shared', import.meta.url)), path);
  return existsSync(folder) ? folder : undefined;
}
