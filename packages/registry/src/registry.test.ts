import { mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createRegistry } from './create-registry.js';
import { DamagedModelError, ModelExistsError, RegistryUrlError, UnknownModelError } from './errors.js';
import type { Registry } from './registry.js';
import { newRankerId, newVersionId, VERSION_PATTERN } from './version-id.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(): Promise<{ registry: Registry; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'registry-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  return { registry: createRegistry(pathToFileURL(folder).href), folder };
}

const files = new Map([
  ['weights.bin', new Uint8Array([0, 1, 2, 255])],
  ['config.json', Buffer.from('{}')],
]);

describe('the registry', () => {
  it('gives back exactly what was written', async () => {
    const { registry, folder } = await open();
    const info = await registry.write('v1', files);
    expect(info).toEqual({ version: 'v1', url: pathToFileURL(join(folder, 'v1')).href, bytes: 6, files: 2 });
    const read = await registry.read('v1');
    expect([...read.keys()].sort()).toEqual(['config.json', 'weights.bin']);
    expect([...read.get('weights.bin')!]).toEqual([0, 1, 2, 255]);
    expect(Buffer.from(await registry.readFile('v1', 'config.json')).toString()).toBe('{}');
    expect(await registry.has('v1')).toBe(true);
    expect(await registry.has('v2')).toBe(false);
  });

  it('says when a version was written, whatever its id says', async () => {
    const { registry } = await open();
    const version = newVersionId(0);
    const before = Date.now();
    await registry.write(version, files);
    await registry.read(version);
    const at = await registry.writtenAt(version);
    // Clocks of file systems go in steps.
    expect(at).toBeGreaterThan(before - 2_000);
    expect(at).toBeLessThanOrEqual(Date.now());
    await expect(registry.writtenAt('v2')).rejects.toThrow(UnknownModelError);
    await expect(registry.writtenAt('../v2')).rejects.toThrow(UnknownModelError);
  });

  it('never changes a version', async () => {
    const { registry, folder } = await open();
    await registry.write('v1', files);
    await expect(registry.write('v1', new Map([['other', new Uint8Array(1)]]))).rejects.toThrow(ModelExistsError);
    expect((await registry.read('v1')).size).toBe(2);
    expect(await readdir(folder)).toEqual(['v1']);
  });

  it('lets exactly one of many concurrent writers of a version win, and all writers of different ones', async () => {
    const { registry, folder } = await open();
    const same = await Promise.allSettled(
      Array.from({ length: 8 }, (_, writer) => registry.write('v1', new Map([['who', new Uint8Array([writer])]]))),
    );
    expect(same.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const { reason } of same.filter((outcome) => outcome.status === 'rejected')) {
      expect(reason).toBeInstanceOf(ModelExistsError);
    }
    const winner = same.findIndex(({ status }) => status === 'fulfilled');
    expect([...(await registry.readFile('v1', 'who'))]).toEqual([winner]);

    await Promise.all(['a', 'b', 'c'].map((version) => registry.write(version, files)));
    expect(await registry.list()).toEqual(['a', 'b', 'c', 'v1']);
    expect((await readdir(folder)).sort()).toEqual(['a', 'b', 'c', 'v1']);
  });

  it('leaves nothing behind when a write fails', async () => {
    const { registry, folder } = await open();
    for (const name of ['../outside', 'a/b', '.hidden', 'checksums.json', '']) {
      await expect(
        registry.write(
          'v1',
          new Map([
            ['fine', new Uint8Array(1)],
            [name, new Uint8Array(1)],
          ]),
        ),
      ).rejects.toThrow(TypeError);
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('names the file that is damaged, cut off or missing', async () => {
    const { registry, folder } = await open();
    await registry.write('v1', files);
    const path = join(folder, 'v1', 'weights.bin');
    const damage = async (
      change: () => Promise<unknown>,
      expected: { file: string; message: RegExp },
    ): Promise<void> => {
      await change();
      const error: unknown = await registry.read('v1').catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(DamagedModelError);
      expect(error).toMatchObject({
        version: 'v1',
        file: expected.file,
        message: expect.stringMatching(expected.message),
      });
    };
    await damage(() => writeFile(path, new Uint8Array([0, 1, 3, 255])), { file: 'weights.bin', message: /checksum/ });
    await damage(() => truncate(path, 2), { file: 'weights.bin', message: /2 bytes, not 4/ });
    await damage(() => rm(path), { file: 'weights.bin', message: /missing/ });
    expect(Buffer.from(await registry.readFile('v1', 'config.json')).toString()).toBe('{}');
    const checksums = join(folder, 'v1', 'checksums.json');
    await damage(async () => writeFile(checksums, (await readFile(checksums)).subarray(0, 9)), {
      file: 'checksums.json',
      message: /JSON/,
    });
    await damage(() => rm(checksums), { file: 'checksums.json', message: /missing/ });
  });

  it('does not take one version for another', async () => {
    const { registry, folder } = await open();
    await registry.write('v1', files);
    await registry.write('v2', files);
    await writeFile(join(folder, 'v2', 'checksums.json'), await readFile(join(folder, 'v1', 'checksums.json')));
    await expect(registry.read('v2')).rejects.toThrow(DamagedModelError);
  });

  it('knows nothing of a version that was never written, or whose name points elsewhere', async () => {
    const { registry } = await open();
    for (const version of ['v9', '..', '../v1', '/etc', '', 'a/b', '.aside-1', 'a\0b']) {
      await expect(registry.read(version)).rejects.toThrow(UnknownModelError);
      await expect(registry.write(version === 'v9' ? '../v9' : version, files)).rejects.toThrow(UnknownModelError);
      expect(await registry.has(version)).toBe(false);
      await registry.remove(version);
    }
    expect(await registry.list()).toEqual([]);
  });

  it('says which file a version lacks', async () => {
    const { registry } = await open();
    await registry.write('v1', files);
    await expect(registry.readFile('v1', '../v1/config.json')).rejects.toThrow(DamagedModelError);
    await expect(registry.readFile('v1', 'optimizer.bin')).rejects.toThrow(/no such file/);
  });

  const leave = async (folder: string, name: string, ages: { folder: number; file: number }): Promise<void> => {
    const path = join(folder, name);
    await mkdir(path);
    await writeFile(join(path, 'weights.bin'), 'x');
    const ago = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
    await utimes(join(path, 'weights.bin'), ago(ages.file), ago(ages.file));
    await utimes(path, ago(ages.folder), ago(ages.folder));
  };

  it('removes a version, and the remains of writers and removers that died', async () => {
    const { registry, folder } = await open();
    await registry.write('v1', files);
    await registry.remove('v1');
    expect(await registry.has('v1')).toBe(false);
    await leave(folder, '.aside-v2-old', { folder: 61, file: 61 });
    await leave(folder, '.aside-v2-young', { folder: 10, file: 10 });
    await leave(folder, '.aside-v2-being-written', { folder: 61, file: 1 });
    await leave(folder, '.removed-young', { folder: 0, file: 0 });
    expect(await registry.list()).toEqual([]);
    await registry.tidy();
    expect((await readdir(folder)).sort()).toEqual(['.aside-v2-being-written', '.aside-v2-young']);
    await createRegistry(pathToFileURL(join(folder, 'later')).href).tidy();
  });

  it('makes room for a version that is made again: what was left of it goes at once, and its first writer fails', async () => {
    const { registry, folder } = await open();
    await registry.write('v0', files);
    await leave(folder, '.aside-v1-abc', { folder: 0, file: 0 });
    await leave(folder, '.aside-v12-abc', { folder: 0, file: 0 });
    await registry.prepare('v1');
    expect((await readdir(folder)).sort()).toEqual(['.aside-v12-abc', 'v0']);

    const large = new Map([...files, ['more.bin', new Uint8Array(20_000_000)]]);
    const first = registry.write('v1', large).then(
      () => 'written',
      () => 'failed',
    );
    // As soon as the folder is there, long before all of it is written.
    while (!(await readdir(folder)).some((name) => name.startsWith('.aside-v1-'))) await setImmediate();
    await registry.prepare('v1');
    expect(await first).toBe('failed');
    expect(await registry.has('v1')).toBe(false);
    await registry.write('v1', files);
    expect((await registry.read('v1')).size).toBe(2);
  });

  it('says before any work where nothing can be written', async () => {
    const { folder } = await open();
    await writeFile(join(folder, 'file'), '');
    const registry = createRegistry(pathToFileURL(join(folder, 'file', 'models')).href);
    await expect(registry.prepare('v1')).rejects.toThrow(/ENOTDIR/);
  });

  it('lists nothing where there is no folder yet', async () => {
    const { folder } = await open();
    expect(await createRegistry(pathToFileURL(join(folder, 'later')).href).list()).toEqual([]);
  });

  it('refuses an address that it has no store for, without repeating it', () => {
    const openElsewhere = (): Registry => createRegistry('s3://key:secret@bucket');
    expect(openElsewhere).toThrow(RegistryUrlError);
    expect(openElsewhere).not.toThrow(/secret/);
  });
});

describe('version ids', () => {
  it('sort by the time they were made and differ within one', () => {
    const ids = [newVersionId(0), newVersionId(1_000), newVersionId(1_700_000_000_000)];
    expect([...ids].sort()).toEqual(ids);
    expect(newVersionId(5)).not.toBe(newVersionId(5));
    expect(newVersionId(5, 'job 1')).toBe(newVersionId(5, 'job 1'));
    expect(newVersionId(5, 'job 1')).not.toBe(newVersionId(5, 'job 2'));
    expect(newRankerId(5, 'job 1')).toBe(`ranker-${newVersionId(5, 'job 1')}`);
    expect(newVersionId(5, 'job 1')).toMatch(VERSION_PATTERN);
    expect(newVersionId(1_700_000_000_123)).toMatch(/^20231114T221320123Z-/);
    expect(newVersionId(5)).toMatch(VERSION_PATTERN);
  });
});
