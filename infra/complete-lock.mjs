#!/usr/bin/env node
// Adds to package-lock.json the packages for other platforms that npm left out, because the registry it was written
// with did not serve them: `npm ci` refuses a lock file that does not name every optional package.
//   node infra/complete-lock.mjs

import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../package-lock.json', import.meta.url);
const SYSTEMS = new Set([
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]);
const PROCESSORS = new Set(['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64']);

/**
 * @typedef {object} Locked
 * @property {string} [version]
 * @property {boolean} [dev]
 * @property {Record<string, string>} [optionalDependencies]
 */

/**
 * The lock file's entries for optional packages that are named by a package and have none. What platform one is for is
 * read from its name; there is no integrity, since nobody here has seen the package.
 *
 * @param {Record<string, Locked>} packages
 * @returns {Record<string, object>}
 */
export function missingEntries(packages) {
  /** @type {Record<string, object>} */
  const missing = {};
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      const key = `node_modules/${name}`;
      if (key in packages || `${path}/${key}` in packages) continue;
      const words = name.split(/[/-]/);
      const os = words.filter((word) => SYSTEMS.has(word));
      const cpu = words.filter((word) => PROCESSORS.has(word));
      // Without a platform in its name, npm would try to install what it cannot get.
      if (os.length === 0 || cpu.length === 0) continue;
      const libc = words.some((word) => word.startsWith('musl'))
        ? ['musl']
        : words.includes('gnu')
          ? ['glibc']
          : undefined;
      missing[key] = {
        version: range.replace(/^[~^]/, ''),
        cpu,
        ...(entry.dev === true ? { dev: true } : {}),
        ...(libc !== undefined && os.includes('linux') ? { libc } : {}),
        optional: true,
        os,
      };
    }
  }
  return missing;
}

if (process.argv[1] === FILE.pathname.replace(/package-lock\.json$/, 'infra/complete-lock.mjs')) {
  const lock = JSON.parse(readFileSync(FILE, 'utf8'));
  const missing = missingEntries(lock.packages);
  const { '': root, ...rest } = { ...lock.packages, ...missing };
  const sorted = Object.entries(rest).sort(([a], [b]) => a.localeCompare(b, 'en'));
  lock.packages = { '': root, ...Object.fromEntries(sorted) };
  writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`${Object.keys(missing).length} packages for other platforms added\n`);
}
