import { CommanderError } from 'commander';
import { createOutput } from './output.js';
import { describeError, EXIT, exitCodeOf } from './errors.js';
import { createProgram } from './program.js';
import type { CliIo, GlobalOptions } from './context.js';

/** Runs the command `click-recall` with these arguments (those after its name); gives the exit code. */
export async function main(args: readonly string[], io: CliIo = processIo()): Promise<number> {
  const program = createProgram(io);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // Commander has said it already: help, the version, or what it did not understand.
    if (error instanceof CommanderError) return exitCodeOf(error);
    if (io.signal.aborted) return EXIT.interrupted;
    const { json = false, verbose = false } = program.opts<GlobalOptions>();
    createOutput(io.stdout, io.stderr, json).error(describeError(error, verbose));
    return exitCodeOf(error);
  }
}

function processIo(): CliIo {
  const interrupt = new AbortController();
  process.once('SIGINT', () => {
    interrupt.abort();
    // A second one ends it by its default.
  });
  process.once('SIGTERM', () => interrupt.abort());
  // `click-recall ... | head` closes the pipe: the rest is not wanted.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    throw error;
  });
  return { stdout: process.stdout, stderr: process.stderr, signal: interrupt.signal };
}
