import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A command of the project, run as a person would. */
export interface Running {
  readonly child: ChildProcess;
  /** Everything it has written so far, both streams. */
  output(): string;
  /** Its exit code, once it has ended. */
  ended(): Promise<number | null>;
}

/** Runs a script of the project's folder with Node. */
export function runScript(script: string, args: readonly string[], env: Record<string, string>): Running {
  const child = spawn(process.execPath, [`${ROOT}${script}`, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const close = once(child, 'close').then(([code]) => code as number | null);
  return { child, output: () => text, ended: () => close };
}
