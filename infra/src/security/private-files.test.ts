import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { closeTree } from '../../local/private-files.mjs';

it('closes what lies in a folder to others, while somebody deletes some of it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'click-recall-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const files = Array.from({ length: 300 }, (_, index) => join(folder, String(index)));
  for (const file of files) await writeFile(file, '', { mode: 0o644 });
  const kept = join(folder, 'kept');
  await writeFile(kept, '', { mode: 0o644 });

  await Promise.all([closeTree(folder), ...files.map((file) => rm(file))]);
  for (const path of [folder, kept]) expect((await stat(path)).mode & 0o077).toBe(0);
});
