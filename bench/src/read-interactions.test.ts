import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sequenceAt, sequenceCount } from '@click-recall/model';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readInteractions } from './read-interactions.js';

async function read(content: string | Uint8Array): Promise<{ sequences: number[][]; itemCount: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'interactions-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'data');
  await writeFile(file, content);
  const { sequences, itemCount } = await readInteractions(file);
  const users = Array.from({ length: sequenceCount(sequences) }, (_, user) => [...sequenceAt(sequences, user)]);
  return { sequences: users, itemCount };
}

describe('readInteractions', () => {
  const lines = '7 30\n8 10\n7 20 30\n';

  it('reads lines of a user and items in time order', async () => {
    expect(await read(lines)).toEqual({ sequences: [[1, 3, 1], [2]], itemCount: 3 });
  });

  it('reads them gzipped', async () => {
    expect(await read(gzipSync(lines))).toEqual(await read(lines));
  });

  it('reads a table with a typed header and sorts it by time', async () => {
    const header = 'user_id:token\titem_id:token\trating:float\ttimestamp:float';
    const table = `${header}\nu\tb\t5\t20\nv\tc\t4\t15\nu\ta\t3\t10\n`;
    expect(await read(table)).toEqual({ sequences: [[1, 3], [2]], itemCount: 3 });
  });

  it.each([
    ['7 30\n8\n', /data:2: expected a user and an item/],
    ['user_id:token\titem_id:token\nu\ta\n', /data:1: no column timestamp/],
    ['user_id:token\titem_id:token\ttimestamp:float\nu\ta\tsoon\n', /data:2: expected a user, an item and a time/],
  ])('says where %j is wrong', async (content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });
});
