import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '@click-recall/runtime';
import { createOutput, type Output, type TextStream } from './output.js';

/** What a command is given beside its own options. */
export interface CliContext {
  readonly output: Output;
  /** For a line that changes while one waits; everything else goes through `output`. */
  readonly stderr: TextStream;
  /** The project's folder. */
  readonly root: string;
  /** Where a pipeline on this machine keeps its state. */
  readonly dataFolder: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly verbose: boolean;
  readonly env: Environment | undefined;
}

/** The outside of the command, replaced in tests. */
export interface CliIo {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly signal: AbortSignal;
  /** Environment variables; the process's own unless given. */
  readonly env?: Environment;
}

export interface GlobalOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly data?: string;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export function createContext(io: CliIo, { json = false, verbose = false, data }: GlobalOptions): CliContext {
  return {
    output: createOutput(io.stdout, io.stderr, json),
    stderr: io.stderr,
    root: ROOT,
    dataFolder: data === undefined ? resolve(ROOT, '.data') : resolve(data),
    signal: io.signal,
    verbose,
    env: io.env,
  };
}
