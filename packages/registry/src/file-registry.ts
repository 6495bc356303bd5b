import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { checkContent, CHECKSUMS_FILE, checksumsOf, readChecksums, type Checksums } from './checksums.js';
import { DamagedModelError, ModelExistsError, UnknownModelError } from './errors.js';
import type { Registry } from './registry.js';

/** Names that are plain in every file system and object store: nothing can point out of its folder. */
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
/** `.aside-{version}-{random}`: being written. No version's name begins with a dot. */
const ASIDE = '.aside-';
/** Being removed: nobody wants it any more, so anybody may go on with it. */
const REMOVED = '.removed-';
/** Writing goes on without a pause: where nothing has changed for so long, the writer is gone. */
const LEFT_OVER_MS = 60 * 60 * 1000;

/** Versions as folders. Renaming a folder is atomic, so a version is there with all its files or not at all. */
export function createFileRegistry(url: string): Registry {
  const root = url.startsWith('file:/') ? fileURLToPath(new URL(url)) : resolve(url.slice('file:'.length));
  const folderOf = (version: string): string => {
    if (!PLAIN_NAME.test(version)) throw new UnknownModelError(version);
    return join(root, version);
  };
  const random = (): string => randomBytes(8).toString('hex');
  /** Moved first, in one step: whoever still writes there fails, and never with half of the files as a version. */
  const removeFolder = async (folder: string): Promise<void> => {
    const removed = join(root, `${REMOVED}${random()}`);
    try {
      await rename(folder, removed);
    } catch (error) {
      if (isCode(error, 'ENOENT')) return;
      throw error;
    }
    await rm(removed, { recursive: true, force: true });
  };
  const namesIn = async (): Promise<string[]> =>
    readdir(root).catch((error: unknown) => {
      if (isCode(error, 'ENOENT')) return [];
      throw error;
    });

  const checksums = async (version: string): Promise<Checksums> => {
    const folder = folderOf(version);
    const bytes = await readFile(join(folder, CHECKSUMS_FILE)).catch(async (error: unknown) => {
      throw (await exists(folder))
        ? new DamagedModelError(version, CHECKSUMS_FILE, problem(error))
        : new UnknownModelError(version);
    });
    return readChecksums(version, bytes);
  };
  const content = async (version: string, file: string, known: Checksums): Promise<Uint8Array> => {
    const expected = known.get(file);
    if (!expected) throw new DamagedModelError(version, file, 'the version has no such file');
    const bytes = await readFile(join(folderOf(version), file)).catch((error: unknown) => {
      throw new DamagedModelError(version, file, problem(error));
    });
    checkContent(version, file, bytes, expected);
    return bytes;
  };

  return {
    async prepare(version) {
      folderOf(version);
      await mkdir(root, { recursive: true });
      const left = (await namesIn()).filter((name) => name.startsWith(`${ASIDE}${version}-`));
      for (const name of left) await removeFolder(join(root, name));
      const trial = join(root, `${REMOVED}${random()}`);
      await mkdir(trial);
      await rm(trial, { recursive: true, force: true });
    },
    async tidy() {
      for (const name of await namesIn()) {
        const folder = join(root, name);
        if (name.startsWith(REMOVED)) await rm(folder, { recursive: true, force: true });
        else if (name.startsWith(ASIDE) && Date.now() - (await changedAt(folder)) > LEFT_OVER_MS)
          await removeFolder(folder);
      }
    },
    async write(version, files) {
      const folder = folderOf(version);
      await mkdir(root, { recursive: true });
      if (await exists(folder)) throw new ModelExistsError(version);
      const written = join(root, `${ASIDE}${version}-${random()}`);
      await mkdir(written);
      try {
        const sums = checksumsOf(version, files);
        for (const [file, bytes] of files) {
          if (!PLAIN_NAME.test(file) || file === CHECKSUMS_FILE)
            throw new TypeError(`not a name of a model file: ${file}`);
          await writeDurably(join(written, file), bytes);
        }
        await writeDurably(join(written, CHECKSUMS_FILE), sums);
        await sync(written);
        await rename(written, folder).catch((error: unknown) => {
          // Somebody else was quicker: a folder that holds something is not replaced.
          throw isCode(error, 'ENOTEMPTY', 'EEXIST') ? new ModelExistsError(version) : error;
        });
      } catch (error) {
        await rm(written, { recursive: true, force: true });
        throw error;
      }
      await sync(root);
      const bytes = [...files.values()].reduce((sum, file) => sum + file.byteLength, 0);
      return { version, url: pathToFileURL(folder).href, bytes, files: files.size };
    },
    async read(version) {
      const known = await checksums(version);
      const files = new Map<string, Uint8Array>();
      for (const file of known.keys()) files.set(file, await content(version, file, known));
      return files;
    },
    readFile: async (version, file) => content(version, file, await checksums(version)),
    has: async (version) => PLAIN_NAME.test(version) && (await exists(join(root, version))),
    async writtenAt(version) {
      // That of its last file: neither reading nor the rename changes it.
      const { mtimeMs } = await stat(folderOf(version)).catch((error: unknown) => {
        throw isCode(error, 'ENOENT', 'ENOTDIR') ? new UnknownModelError(version) : error;
      });
      return mtimeMs;
    },
    async list() {
      const names = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
        if (isCode(error, 'ENOENT')) return [];
        throw error;
      });
      return names
        .filter((entry) => entry.isDirectory() && PLAIN_NAME.test(entry.name))
        .map((entry) => entry.name)
        .sort();
    },
    async remove(version) {
      if (PLAIN_NAME.test(version)) await removeFolder(join(root, version));
    },
  };
}

/** When a folder or a file in it was changed last, ms since the epoch; now for what is gone. */
async function changedAt(folder: string): Promise<number> {
  const time = (path: string): Promise<number> =>
    stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
  const names = await readdir(folder).catch(() => []);
  return Math.max(...(await Promise.all([folder, ...names.map((name) => join(folder, name))].map(time))));
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the names in a folder durable. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (isCode(error, 'ENOENT', 'ENOTDIR')) return false;
      throw error;
    },
  );
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

function problem(error: unknown): string {
  if (isCode(error, 'ENOENT')) return 'the file is missing';
  return error instanceof Error ? error.message : String(error);
}
