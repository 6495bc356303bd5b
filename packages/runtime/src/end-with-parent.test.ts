import { spawn } from 'node:child_process';
import { eventually } from '@click-recall/testing';
import { afterEach, describe, expect, it } from 'vitest';

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const RUNTIME = new URL('../dist/end-with-parent.js', import.meta.url).href;

/** A process whose child says its id and then does `work`. */
async function family(work: string): Promise<{ kill: () => void; child: number }> {
  const child = `import { endWithParent } from '${RUNTIME}'; endWithParent(); console.log('child ' + process.pid); ${work}`;
  const script = `
    import { spawn } from 'node:child_process';
    spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(child)}], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  parent.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [, pid] = await eventually(() => /child (\d+)/.exec(output), { deadlineMs: 30_000 });
  cleanups.push(() => isAlive(Number(pid)) && process.kill(Number(pid), 'SIGKILL'));
  return { kill: () => parent.kill('SIGKILL'), child: Number(pid) };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a child process', () => {
  it.each([
    ['waits for something', 'setInterval(() => {}, 1000);'],
    ['does not come to look at anything', 'setTimeout(() => { for (;;); }, 500);'],
  ])(
    'ends with its parent while it %s',
    async (_, work) => {
      const { kill, child } = await family(work);
      expect(isAlive(child)).toBe(true);
      // Its thread is up, and holds nothing back.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(isAlive(child)).toBe(true);
      kill();
      await eventually(() => !isAlive(child), { deadlineMs: 20_000 });
    },
    60_000,
  );
});
