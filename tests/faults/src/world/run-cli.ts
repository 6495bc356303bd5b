import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FaultPipeline } from './open-world.js';

const COMMAND = fileURLToPath(new URL('../../../../packages/cli/bin/click-recall.mjs', import.meta.url));
const WITHIN_MS = 300_000;

export interface CliResult {
  readonly code: number;
  /** Both streams. */
  readonly text: string;
}

/** Runs `click-recall` as an operator would, on this pipeline. */
export function runCli({ env }: Pick<FaultPipeline, 'env'>, args: readonly string[]): Promise<CliResult> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [COMMAND, ...args], { env, timeout: WITHIN_MS }, (_error, out, problem) =>
      resolve({ code: child.exitCode ?? -1, text: `${out}${problem}` }),
    );
  });
}
