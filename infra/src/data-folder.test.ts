import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimDataFolder } from '../local/data-folder.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'click-recall-claim-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('gives a data folder to one process at a time and says who has it', async () => {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
  await once(other, 'spawn');
  writeFileSync(join(folder, 'start.pid'), `${other.pid}\n`);
  await expect(claimDataFolder(folder)).rejects.toThrow(`process ${other.pid}`);
  other.kill('SIGKILL');
  await once(other, 'exit');
  const release = await claimDataFolder(folder);
  await release();
  expect(existsSync(join(folder, 'start.pid'))).toBe(false);
});
