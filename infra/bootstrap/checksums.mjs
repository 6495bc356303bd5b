import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { SetupProblem } from './problem.mjs';

const RECORDED = fileURLToPath(new URL('sha256.txt', import.meta.url));

/**
 * What was fetched is what was recorded: every file of a folder has the sum that stands for its name in `sha256.txt`.
 *
 * @param {string} folder
 * @param {object} check
 * @param {string} check.what for messages
 * @param {readonly string[]} check.waysOut
 * @param {(name: string) => boolean} [check.expected] the names that must all be there; default: any
 * @param {Map<string, string>} [check.sums] by file name; default: those recorded
 * @throws {SetupProblem} naming each file that differs, is not recorded or is missing
 */
export async function checkFolder(folder, { what, waysOut, expected = () => false, sums }) {
  const recorded = sums ?? (await recordedSums());
  const names = (await readdir(folder)).sort();
  const faults = [];
  for (const name of names) {
    const found = await sha256(join(folder, name));
    const wanted = recorded.get(name);
    if (wanted === undefined) faults.push(`${name}: no sum is recorded for it, found ${found}`);
    else if (wanted !== found) faults.push(`${name}: expected ${wanted}, found ${found}`);
  }
  for (const name of recorded.keys()) {
    if (expected(name) && !names.includes(name)) faults.push(`${name}: expected, and it is not there`);
  }
  if (faults.length === 0) return;
  throw new SetupProblem(
    `${what}: what was fetched is not what was recorded (SHA-256, infra/bootstrap/sha256.txt), and is not used.`,
    ['look at the mirrors and proxies that it came through, then run this again', ...waysOut],
    faults.join('\n'),
  );
}

/**
 * The recorded sums by file name.
 *
 * @param {string} [file]
 * @returns {Promise<Map<string, string>>}
 */
export async function recordedSums(file = RECORDED) {
  /** @type {Map<string, string>} */
  const sums = new Map();
  for (const line of (await readFile(file, 'utf8')).split('\n')) {
    const [, sum, name] = /^([0-9a-f]{64}) {2}(\S+)$/.exec(line) ?? [];
    if (sum !== undefined && name !== undefined) sums.set(name, sum);
  }
  return sums;
}

/** @param {string} file */
async function sha256(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
