import { existsSync } from 'node:fs';
import { cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cacheFolder, makeOnce } from './cache.mjs';
import { unpackWheels } from './pip.mjs';
import { SetupProblem } from './problem.mjs';
import { folderBytes } from './folder-bytes.mjs';
import { bytes } from './progress.mjs';
import { outputOf, run, which } from './run.mjs';

/** The version of Node-API that the addon is built for; Node keeps it stable, so the addon outlives Node's own versions. */
const NODE_API = 8;
const ADDON = join('lib', `napi-v${NODE_API}`, 'tfjs_binding.node');
/** Compiled and tested with this one; its C API is the one that the addon's source knows. */
const TENSORFLOW = '2.15.1';
/** The wheel is only unpacked, so the Python it is made for need not be the one here. */
const WHEEL_PYTHON = ['--implementation', 'cp', '--python-version', '3.11'];
/** The package's own download is given up when nothing has come for this long. */
const STALLED_MS = 15_000;
const PREBUILT_WITHIN_MS = 600_000;

/** @typedef {{ update(text: string): void }} Task */

/**
 * Makes TensorFlow's native addon available in node_modules: as it is there already, from the cache folder, compiled against the
 * libraries of the Python wheel or, where there is no wheel for the system, by the package's own prebuilt download.
 *
 * @param {string} project its root folder, npm packages installed
 * @param {Task} task
 * @returns {Promise<string>} what was found or done
 * @throws {SetupProblem}
 */
export async function ensureTensorFlow(project, task) {
  const target = join(project, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
  const { version } = JSON.parse(await readFile(join(target, 'package.json'), 'utf8'));
  if (existsSync(join(target, ADDON)) && existsSync(join(target, 'deps', 'lib'))) return `addon ${version}`;
  const gpu = await hasNvidiaGpu();
  const name = `tensorflow-addon-${version}-${process.platform}-${process.arch}-napi${NODE_API}-${gpu ? 'cuda' : 'cpu'}`;
  const folder = join(cacheFolder(), name);
  const how = await makeOnce(
    folder,
    (aside) => build({ project, target, aside, gpu }, task),
    () => task.update('another process is building it'),
  );
  // Links, since the libraries are large: a clone costs nothing, and npm removing its folder leaves the cache whole.
  for (const part of ['deps', 'lib']) await link(join(folder, part), join(target, part));
  const kind = `${gpu ? 'with CUDA' : 'for the CPU'}${WHEELS[SYSTEM] ? '' : " (the package's own download, not checked: it has no published sums)"}`;
  return how === 'made' ? `addon ${version} ${kind} built` : `addon ${version} ${kind} from the cache`;
}

/** @typedef {{ project: string, target: string, aside: string, gpu: boolean }} Place */

/**
 * @param {Place} place
 * @param {Task} task
 */
async function build(place, task) {
  // Of the wheels the sums are recorded; of the package's own download nobody publishes any, so it is for systems without a wheel.
  const attempts = WHEELS[SYSTEM] ? [fromWheel] : [prebuilt];
  const problems = [];
  for (const attempt of attempts) {
    try {
      await attempt(place, task);
      task.update('trying the addon');
      await run(process.execPath, ['-e', `require(${JSON.stringify(join(place.aside, ADDON))})`]);
      return;
    } catch (error) {
      problems.push(error);
      for (const part of ['deps', 'lib']) await rm(join(place.aside, part), { recursive: true, force: true });
    }
  }
  const [first, ...later] = problems.reverse();
  if (first instanceof SetupProblem) throw first;
  throw new SetupProblem(
    "TensorFlow's native addon could not be made.",
    WAYS_OUT,
    [first, ...later].map(outputOf).join('\n'),
  );
}

const WAYS_OUT = [
  "run the package's own build: cd node_modules/@tensorflow/tfjs-node-gpu && node scripts/install.js cpu download",
  'use Docker: docker compose -f infra/compose.yaml up',
];

/**
 * The package's own download of the library and the addon, run in a copy of the package.
 *
 * @param {Place} place
 * @param {Task} task
 */
async function prebuilt({ project, target, aside }, task) {
  const copy = join(aside, 'package');
  const left = new Set(['deps', 'lib', 'build-tmp-napi-v8', 'dist', 'src']);
  try {
    await mkdir(copy);
    for (const entry of await readdir(target)) {
      if (!left.has(entry)) await cp(join(target, entry), join(copy, entry), { recursive: true });
    }
    task.update("the package's own download");
    const modules = join(project, 'node_modules');
    const stop = new AbortController();
    const download = run(process.execPath, ['scripts/install.js', 'cpu', 'download'], {
      cwd: copy,
      env: { NODE_PATH: modules, PATH: `${join(modules, '.bin')}${delimiter}${process.env['PATH'] ?? ''}` },
      timeoutMs: PREBUILT_WITHIN_MS,
      signal: stop.signal,
    });
    const watch = stopWhenStalled(copy, stop, task);
    await download.finally(() => clearInterval(watch));
    await rename(join(copy, 'deps'), join(aside, 'deps'));
    await rename(join(copy, 'lib'), join(aside, 'lib'));
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder that grows while the download goes on
 * @param {AbortController} stop
 * @param {Task} task
 */
function stopWhenStalled(folder, stop, task) {
  let size = 0;
  let since = Date.now();
  const look = async () => {
    const now = await folderBytes(folder);
    if (now !== size) {
      size = now;
      since = Date.now();
      task.update(`the package's own download: ${bytes(size)}`);
    } else if (Date.now() - since > STALLED_MS) {
      stop.abort();
    }
  };
  return setInterval(() => void look(), 1_000);
}

/**
 * libtensorflow and its C headers out of the Python wheel, and the addon's two source files compiled against them.
 *
 * @param {Place} place
 * @param {Task} task
 */
async function fromWheel({ project, target, aside, gpu }, task) {
  const wheels = WHEELS[SYSTEM];
  if (wheels === undefined)
    throw new SetupProblem(`There are no TensorFlow libraries for ${SYSTEM} in the Python package index.`, WAYS_OUT);
  const compiler = process.env['CXX'] ?? which('g++') ?? which('c++') ?? which('clang++');
  if (compiler === undefined) {
    throw new SetupProblem(
      "TensorFlow's addon is compiled on this machine, and there is no C++ compiler on the PATH.",
      ['install one (Debian/Ubuntu: apt-get install g++), or name one by CXX', ...WAYS_OUT],
    );
  }
  const unpacked = join(aside, 'wheel');
  const platform = [...WHEEL_PYTHON, '--platform', wheels.platform];
  const common = { folder: unpacked, platform, waysOut: WAYS_OUT };
  const inside = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2', 'include/tensorflow/', 'include/tsl/'];
  const requirement = `${gpu ? 'tensorflow' : wheels.cpu}==${TENSORFLOW}`;
  await unpackWheels(
    {
      ...common,
      requirements: [requirement],
      prefixes: [
        ...inside.map((path) => `tensorflow/${path}`),
        ...(gpu ? [`tensorflow-${TENSORFLOW}.dist-info/METADATA`] : []),
      ],
      what: `libtensorflow ${TENSORFLOW}`,
    },
    task,
  );
  const libraries = join(aside, 'deps', 'lib');
  await mkdir(libraries, { recursive: true });
  for (const [file, ...names] of [
    ['libtensorflow_cc.so.2', 'libtensorflow.so', 'libtensorflow.so.2'],
    ['libtensorflow_framework.so.2', 'libtensorflow_framework.so'],
  ]) {
    if (file === undefined) continue;
    await rename(join(unpacked, 'tensorflow', file), join(libraries, file));
    for (const name of names) await symlink(file, join(libraries, name));
  }
  if (gpu) {
    const metadata = await readFile(join(unpacked, `tensorflow-${TENSORFLOW}.dist-info`, 'METADATA'), 'utf8');
    const requirements = cudaRequirements(metadata);
    await unpackWheels({ ...common, requirements, prefixes: ['nvidia/'], what: 'the CUDA libraries' }, task);
    await flattenCuda(join(unpacked, 'nvidia'), libraries);
  }
  task.update('compiling the addon');
  await mkdir(join(aside, 'lib', `napi-v${NODE_API}`), { recursive: true });
  await run(compiler, [
    ...['-std=c++17', '-O3', '-fPIC', '-shared', '-fno-exceptions', '-fno-rtti', '-w'],
    ...[`-DNAPI_VERSION=${NODE_API}`, '-DBUILDING_NODE_EXTENSION', '-DNODE_GYP_MODULE_NAME=tfjs_binding'],
    ...[
      '-I',
      join(project, 'node_modules', 'node-api-headers', 'include'),
      '-I',
      join(unpacked, 'tensorflow', 'include'),
    ],
    ...[join(target, 'binding', 'tfjs_backend.cc'), join(target, 'binding', 'tfjs_binding.cc')],
    ...['-L', libraries, '-ltensorflow', '-ltensorflow_framework', '-Wl,-rpath,$ORIGIN/../../deps/lib'],
    ...['-o', join(aside, ADDON)],
  ]);
  await rm(unpacked, { recursive: true });
}

const SYSTEM = `${process.platform} ${process.arch}`;
/** @type {Record<string, { cpu: string, platform: string } | undefined>} */
const WHEELS = {
  'linux x64': { cpu: 'tensorflow-cpu', platform: 'manylinux2014_x86_64' },
  'linux arm64': { cpu: 'tensorflow-cpu-aws', platform: 'manylinux2014_aarch64' },
};

/**
 * The CUDA wheels that a TensorFlow wheel names as its extra, pinned by it.
 *
 * @param {string} metadata
 */
export function cudaRequirements(metadata) {
  return [...metadata.matchAll(/^Requires-Dist: (nvidia-[\w-]+) ?\(?==([\w.]+)\)? ?;.*and-cuda/gm)].map(
    ([, name, version]) => `${name}==${version}`,
  );
}

/**
 * TensorFlow looks for CUDA beside itself (its run path is its own folder), so all of it goes there.
 *
 * @param {string} nvidia the unpacked wheels: one folder a library, each with lib/
 * @param {string} libraries
 */
async function flattenCuda(nvidia, libraries) {
  for (const part of await readdir(nvidia)) {
    const folder = join(nvidia, part, 'lib');
    for (const file of existsSync(folder) ? await readdir(folder) : []) {
      if (/\.so(\.|$)/.test(file)) await rename(join(folder, file), join(libraries, file));
    }
  }
}

async function hasNvidiaGpu() {
  const smi = which('nvidia-smi');
  if (smi === undefined) return false;
  return run(smi, ['-L'], { timeoutMs: 20_000 }).then(
    (told) => /^GPU \d/m.test(told),
    () => false,
  );
}

/**
 * @param {string} from
 * @param {string} path
 */
async function link(from, path) {
  // What an interrupted build of the package's own left there, or a link into a cache that is gone.
  if ((await lstat(path).catch(() => undefined)) !== undefined) await rm(path, { recursive: true, force: true });
  await symlink(from, path);
}
