import { mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createRegistry } from './create-registry.js';
import { DamagedModelError, ModelExistsError, RegistryUrlError, UnknownModelError } from './errors.js';
import type { Registry } from './registry.js';
import { newVersionId, VERSION_PATTERN } from './version-id.js';

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

  it('removes a version, and the remains of writers that died', async () => {
    const { registry, folder } = await open();
    await registry.write('v1', files);
    await registry.remove('v1');
    expect(await registry.has('v1')).toBe(false);
    for (const [name, ageHours] of [
      ['.aside-old', 25],
      ['.aside-new', 1],
    ] as const) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'weights.bin'), 'x');
      const then = new Date(Date.now() - ageHours * 3_600_000);
      await utimes(join(folder, name), then, then);
    }
    expect(await registry.list()).toEqual([]);
    await registry.write('v2', files);
    expect((await readdir(folder)).sort()).toEqual(['.aside-new', 'v2']);
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
    expect(newVersionId(1_700_000_000_123)).toMatch(/^20231114T221320123Z-/);
    expect(newVersionId(5)).toMatch(VERSION_PATTERN);
  });
});
