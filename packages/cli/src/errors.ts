import { CommanderError } from 'commander';
import { DataFileError } from '@click-recall/datasets';
import { ConfigError, messageOf } from '@click-recall/runtime';

/** Something that a person can do something about; the message says what. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

/** The command was not written as it should be: exit code 2. */
export class UsageError extends CliError {}

export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  return error instanceof UsageError ? EXIT.usage : EXIT.failed;
}

/** What is said of an error: its message where it was meant for people, with a hint where it was not; the stack only when asked for. */
export function describeError(error: unknown, verbose: boolean): string {
  const stack = verbose && error instanceof Error && error.stack ? `\n${error.stack}` : '';
  if (error instanceof ConfigError) {
    const faults = error.faults.map(({ variable, expected }) => `\n  ${variable}: ${expected}`);
    return `the configuration cannot be used${faults.join('')}${stack}`;
  }
  const expected = error instanceof CliError || error instanceof DataFileError;
  return `${messageOf(error)}${expected || verbose ? '' : ' (--verbose shows more)'}${stack}`;
}
