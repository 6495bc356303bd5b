import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupProblem } from './problem.mjs';
import { outputOf, run } from './run.mjs';

/** @typedef {{ version?: string, integrity?: string, resolved?: string, link?: boolean, optional?: boolean, devOptional?: boolean }} Locked */

/**
 * Installs the npm packages of the lock file, without running any script of theirs.
 *
 * @param {string} project its root folder
 * @param {{ update(text: string): void }} task
 * @returns {Promise<string>} what was found or done
 * @throws {SetupProblem} when npm fails
 */
export async function ensureNpmPackages(project, task) {
  const locked = await packages(join(project, 'package-lock.json'));
  if (locked === undefined)
    throw new SetupProblem('package-lock.json is missing or damaged.', ['git checkout package-lock.json']);
  const record = join(project, 'node_modules', '.package-lock.json');
  const installed = await packages(record);
  if (isInstalled(locked, installed)) return `${countOf(installed)} packages`;
  task.update('npm installs the packages of package-lock.json');
  try {
    await run('npm', ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: project,
    });
  } catch (error) {
    throw new SetupProblem(
      'npm could not install the packages.',
      [
        'look at the network and at `npm config list` (registry, proxy, cafile), then run this again',
        'where npm says that packages are missing from the lock file: npm install, then node infra/complete-lock.mjs',
      ],
      outputOf(error),
    );
  }
  return `${countOf(await packages(record))} packages installed`;
}

/** @param {Record<string, Locked> | undefined} all */
function countOf(all) {
  return Object.values(all ?? {}).filter((locked) => locked.link !== true).length;
}

/**
 * Whether node_modules holds what the lock file says, told from the record that npm keeps there and writes last: so a
 * package added by `npm install` counts, and an interrupted installation does not.
 *
 * @param {Record<string, Locked>} locked
 * @param {Record<string, Locked> | undefined} installed
 */
export function isInstalled(locked, installed) {
  if (installed === undefined) return false;
  return Object.entries(locked).every(([path, wanted]) => {
    const have = installed[path];
    // A package for another platform is in the lock file and rightly not here.
    if (have === undefined) return wanted.optional === true || wanted.devOptional === true;
    return have.version === wanted.version && have.integrity === wanted.integrity && have.link === wanted.link;
  });
}

/**
 * @param {string} file a lock file
 * @returns {Promise<Record<string, Locked> | undefined>} without the root; undefined when it cannot be read
 */
async function packages(file) {
  try {
    const { '': _root, ...rest } = JSON.parse(await readFile(file, 'utf8')).packages;
    return rest;
  } catch {
    return undefined;
  }
}
