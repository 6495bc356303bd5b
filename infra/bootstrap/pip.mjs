import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkFolder } from './checksums.mjs';
import { folderBytes } from './folder-bytes.mjs';
import { SetupProblem } from './problem.mjs';
import { bytes } from './progress.mjs';
import { outputOf, run, which } from './run.mjs';

/** The last argument is read by Python, so that only what is wanted of a large wheel is unpacked. */
const UNPACK = `
import sys, zipfile
wheel, target, *prefixes = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if any(name.startswith(prefix) for prefix in prefixes):
            archive.extract(name, target)
`;

/**
 * Downloads wheels from the index that pip is set up for, and unpacks parts of them once their sums were found to be those recorded.
 *
 * @param {object} wanted
 * @param {string[]} wanted.requirements each pinned: "name==version"
 * @param {string} wanted.folder where to unpack
 * @param {string[]} wanted.prefixes paths inside the wheels that are wanted
 * @param {string[]} [wanted.platform] pip's arguments for another Python than the one here
 * @param {string} wanted.what for messages
 * @param {string[]} wanted.waysOut
 * @param {{ update(text: string): void }} task
 * @throws {SetupProblem}
 */
export async function unpackWheels(wanted, task) {
  const python = which('python3') ?? which('python');
  if (python === undefined) {
    throw new SetupProblem(
      `${wanted.what} comes from the Python package index, and there is no \`python3\` on the PATH.`,
      ['install Python with pip (Debian/Ubuntu: apt-get install python3-pip)', ...wanted.waysOut],
    );
  }
  const wheels = join(wanted.folder, 'wheels');
  const temporary = join(wanted.folder, 'pip-tmp');
  await mkdir(wheels, { recursive: true });
  await mkdir(temporary, { recursive: true });
  let total = '';
  const tell = async () => {
    const received = (await folderBytes(temporary)) + (await folderBytes(wheels));
    if (received > 0) task.update(`${wanted.what}: ${bytes(received)}${total}`);
  };
  const watch = setInterval(() => void tell(), 500);
  try {
    task.update(wanted.what);
    await run(
      python,
      [
        '-m',
        'pip',
        'download',
        '--no-deps',
        '--no-cache-dir',
        '--only-binary=:all:',
        '--dest',
        wheels,
        ...(wanted.platform ?? []),
        ...wanted.requirements,
      ],
      {
        env: { TMPDIR: temporary, PIP_DISABLE_PIP_VERSION_CHECK: '1' },
        onLine(line) {
          const size = /Downloading .* \(([\d.]+ [kMG]?B)\)/.exec(line)?.[1];
          if (size !== undefined && wanted.requirements.length === 1) total = ` of ${size}`;
        },
      },
    );
  } catch (error) {
    throw new SetupProblem(
      `${wanted.what} could not be downloaded by pip.`,
      ['look at the network and at `pip config list` (index-url, proxy, cert), then run this again', ...wanted.waysOut],
      outputOf(error),
    );
  } finally {
    clearInterval(watch);
  }
  task.update(`checking ${wanted.what}`);
  await checkFolder(wheels, wanted);
  task.update(`unpacking ${wanted.what}`);
  for (const wheel of await readdir(wheels)) {
    await run(python, ['-c', UNPACK, join(wheels, wheel), wanted.folder, ...wanted.prefixes]);
  }
  await rm(temporary, { recursive: true, force: true });
  await rm(wheels, { recursive: true, force: true });
}
