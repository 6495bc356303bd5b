import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@click-recall/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeOnce } from '../bootstrap/cache.mjs';

let parent: string;
let folder: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'click-recall-cache-'));
  folder = join(parent, 'nested', 'part-1.0');
});

afterEach(() => {
  rmSync(parent, { recursive: true });
});

describe('makeOnce', () => {
  it('makes a folder, and leaves it alone the second time', async () => {
    let made = 0;
    const make = async (aside: string) => {
      made += 1;
      writeFileSync(join(aside, 'file'), String(made));
    };
    await expect(makeOnce(folder, make)).resolves.toBe('made');
    await expect(makeOnce(folder, make)).resolves.toBe('present');
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('1');
    expect(readdirSync(join(parent, 'nested'))).toEqual(['part-1.0']);
  });

  it('makes it once when several ask at the same time, and the others wait for it', async () => {
    let made = 0;
    let waited = 0;
    const make = async (aside: string) => {
      made += 1;
      await eventually(() => waited === 2);
      writeFileSync(join(aside, 'file'), 'whole');
    };
    const ask = () =>
      makeOnce(folder, make, () => (waited += 1)).then(() => readFileSync(join(folder, 'file'), 'utf8'));
    await expect(Promise.all([ask(), ask(), ask()])).resolves.toEqual(['whole', 'whole', 'whole']);
    expect({ made, waited }).toEqual({ made: 1, waited: 2 });
  });

  it('leaves nothing when the making fails, so that the next one starts anew', async () => {
    const half = async (aside: string) => {
      writeFileSync(join(aside, 'file'), 'half');
      throw new Error('network away');
    };
    await expect(makeOnce(folder, half)).rejects.toThrow('network away');
    expect(readdirSync(join(parent, 'nested'))).toEqual([]);
    await makeOnce(folder, async (aside) => writeFileSync(join(aside, 'file'), 'whole'));
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('whole');
  });

  it('takes over the lock, and removes the leavings, of a process that is gone', async () => {
    await makeOnce(join(parent, 'nested', 'other'), async () => undefined);
    const longAgo = new Date(Date.now() - 48 * 3_600_000);
    const partial = `${folder}.partial-1-abc`;
    for (const path of [`${folder}.lock`, partial]) {
      writeFileSync(path, '');
      utimesSync(path, longAgo, longAgo);
    }
    await expect(makeOnce(folder, async () => undefined)).resolves.toBe('made');
    expect(existsSync(partial)).toBe(false);
    expect(existsSync(`${folder}.lock`)).toBe(false);
  });

  it('takes over at once the lock of a process that was killed on this machine', async () => {
    await makeOnce(join(parent, 'nested', 'other'), async () => undefined);
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(`${folder}.lock`, JSON.stringify({ host: hostname(), pid: gone }));
    let waited = 0;
    await expect(
      makeOnce(
        folder,
        async () => undefined,
        () => (waited += 1),
      ),
    ).resolves.toBe('made');
    expect(waited).toBe(0);
  });
});
