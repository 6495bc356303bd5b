import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { debianArchives } from './apt-sources.mjs';
import { cacheFolder, makeOnce } from './cache.mjs';
import { folderBytes } from './folder-bytes.mjs';
import { SetupProblem } from './problem.mjs';
import { bytes } from './progress.mjs';
import { outputOf, run, which } from './run.mjs';

const OLDEST_REDIS = 8;
/** The first patch release of each line without the known security faults of vector sets and Lua. */
const PATCHED = ['8.2.6', '8.4.3', '8.6.3'];

/** Redis and every library it loads, so that the distribution's own ones are not mixed in. */
const PACKAGES = [
  ...['redis-server', 'redis-tools', 'libc6', 'libjemalloc2', 'liblzf1', 'libssl3t64', 'libsystemd0', 'libstdc++6'],
  ...['libatomic1', 'libgcc-s1', 'libcap2', 'libzstd1', 'zlib1g', 'libgcrypt20', 'liblz4-1', 'liblzma5'],
  ...['libgpg-error0'],
];

const WAYS_OUT = [
  'set REDIS_URL=redis://host:port to use a Redis 8 of your own',
  'put a `redis-server` of version 8.2.6 or newer on the PATH (macOS: brew install redis)',
  'use Docker: docker compose -f infra/compose.yaml up',
];

/**
 * @typedef {object} RedisFiles what a local server is started from
 * @property {string[]} command the program and the arguments that come before the server's own
 * @property {string} version
 * @property {string | undefined} warning when this release has known security faults
 */

/**
 * Finds a Redis 8 server, or unpacks the distribution's newer package privately into the cache folder: nothing of the
 * system is changed.
 *
 * @param {{ update(text: string): void }} task
 * @returns {Promise<RedisFiles>}
 * @throws {SetupProblem} when neither can be had
 */
export async function ensureRedis(task) {
  const installed = which('redis-server');
  if (installed !== undefined) {
    const version = await versionOf([installed]).catch(() => undefined);
    if (version !== undefined && Number.parseInt(version) >= OLDEST_REDIS) return found([installed], version);
  }
  const why =
    installed === undefined ? 'no `redis-server` is on the PATH' : `${installed} is not Redis ${OLDEST_REDIS}`;
  const folder = join(cacheFolder(), `redis-${OLDEST_REDIS}-${process.arch}`);
  await makeOnce(
    folder,
    (aside) => unpackDistribution(aside, why, task),
    () => task.update('another process is getting it'),
  );
  const command = await unpackedCommand(join(folder, 'root'));
  return found(command, await versionOf(command));
}

/**
 * @param {string[]} command
 * @param {string} version
 * @returns {RedisFiles}
 */
function found(command, version) {
  const warning = isPatched(version)
    ? undefined
    : `Redis ${version} is older than the patched releases ${PATCHED.join(', ')}: fine on this machine, do not expose it.`;
  return { command, version, warning };
}

/**
 * Whether a release has the fixes of its line: at least the patched release of the same minor version, or a newer line.
 *
 * @param {string} version
 */
export function isPatched(version) {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  for (const line of PATCHED) {
    const [lineMajor = 0, lineMinor = 0, linePatch = 0] = line.split('.').map(Number);
    if (major === lineMajor && minor === lineMinor) return patch >= linePatch;
  }
  const newest = PATCHED[PATCHED.length - 1] ?? '';
  const [newestMajor = 0, newestMinor = 0] = newest.split('.').map(Number);
  return major > newestMajor || (major === newestMajor && minor > newestMinor);
}

/** @param {string[]} command */
async function versionOf(command) {
  const [program = '', ...args] = command;
  const told = await run(program, [...args, '--version'], { timeoutMs: 30_000 });
  const version = /v=([\d.]+)/.exec(told)?.[1];
  if (version === undefined) throw new Error(`no version in: ${told}`);
  return version;
}

/**
 * The command that runs the unpacked server with its own loader and libraries.
 *
 * @param {string} root
 */
async function unpackedCommand(root) {
  const libraries = (await readdir(join(root, 'usr', 'lib'))).find((name) => /-linux-gnu/.test(name)) ?? '';
  const libraryPath = join(root, 'usr', 'lib', libraries);
  // libc6 puts the loader into lib64 on some architectures and beside the libraries on all.
  for (const folder of [join(root, 'usr', 'lib64'), join(root, 'usr', 'lib'), libraryPath]) {
    const loader = existsSync(folder)
      ? (await readdir(folder)).find((name) => /^ld-linux.*\.so\.\d$/.test(name))
      : undefined;
    if (loader === undefined) continue;
    return [join(folder, loader), '--library-path', libraryPath, join(root, 'usr', 'bin', 'redis-server')];
  }
  throw new SetupProblem(`The unpacked Redis in ${root} has no loader.`, [
    `remove ${root} and run this again`,
    ...WAYS_OUT,
  ]);
}

/**
 * @param {string} aside
 * @param {string} why
 * @param {{ update(text: string): void }} task
 */
async function unpackDistribution(aside, why, task) {
  const needed = ['apt-get', 'dpkg-deb'];
  if (process.platform !== 'linux' || needed.some((tool) => which(tool) === undefined)) {
    throw new SetupProblem(
      `Redis ${OLDEST_REDIS} is needed: ${why}, and this is no Debian or Ubuntu to take one from.`,
      WAYS_OUT,
    );
  }
  const archives = await debianArchives();
  if (archives.length === 0) {
    throw new SetupProblem(
      `Redis ${OLDEST_REDIS} is needed: ${why}, and no Debian or Ubuntu archive was found in the system's apt sources.`,
      WAYS_OUT,
    );
  }
  const failures = [];
  for (const archive of archives) {
    try {
      return await unpackFrom(aside, archive, task);
    } catch (error) {
      failures.push(`${archive.uri} ${archive.suite}: ${outputOf(error)}`);
    }
  }
  throw new SetupProblem(
    `Redis ${OLDEST_REDIS} is needed: ${why}, and it could not be got from the distribution's archive.`,
    ['look at the network and at the apt sources of this system, then run this again', ...WAYS_OUT],
    failures.join('\n'),
  );
}

/**
 * A private apt with folders and one source of its own, so neither the system's lists nor its packages are touched.
 *
 * @param {string} aside
 * @param {import('./apt-sources.mjs').Archive} archive
 * @param {{ update(text: string): void }} task
 */
async function unpackFrom(aside, archive, task) {
  const apt = join(aside, 'apt');
  const debs = join(aside, 'debs');
  for (const folder of ['lists/partial', 'cache/archives/partial']) await mkdir(join(apt, folder), { recursive: true });
  await mkdir(debs, { recursive: true });
  await writeFile(join(apt, 'sources.list'), `${archive.line}\n`);
  await writeFile(
    join(apt, 'apt.conf'),
    [
      `Dir::Etc::sourcelist "${join(apt, 'sources.list')}";`,
      'Dir::Etc::sourceparts "-";',
      `Dir::State::lists "${join(apt, 'lists')}";`,
      `Dir::Cache "${join(apt, 'cache')}";`,
      'Dir::State::status "/dev/null";',
      'APT::Sandbox::User "root";',
      'APT::Get::List-Cleanup "false";',
      'Acquire::Languages "none";',
      // The packages are those that the distribution's key stands for, or none.
      'APT::Get::AllowUnauthenticated "false";',
      'Acquire::AllowInsecureRepositories "false";',
      'Acquire::AllowWeakRepositories "false";',
    ].join('\n'),
  );
  const env = { APT_CONFIG: join(apt, 'apt.conf') };
  task.update(`the list of packages of ${archive.suite}`);
  await run('apt-get', ['-q', 'update'], { env, timeoutMs: 300_000 });
  const watch = setInterval(
    () => void folderBytes(debs).then((size) => task.update(`packages of ${archive.suite}: ${bytes(size)}`)),
    500,
  );
  try {
    await run('apt-get', ['-q', 'download', ...PACKAGES], { cwd: debs, env, timeoutMs: 300_000 });
  } finally {
    clearInterval(watch);
  }
  task.update('unpacking');
  const root = join(aside, 'root');
  for (const deb of await readdir(debs)) await run('dpkg-deb', ['-x', join(debs, deb), root]);
  const version = await versionOf(await unpackedCommand(root));
  if (Number.parseInt(version) < OLDEST_REDIS) throw new Error(`the archive has Redis ${version}`);
  await run('rm', ['-rf', apt, debs]);
}
