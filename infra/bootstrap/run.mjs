import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

/** How many lines of a failed command are kept to be shown: some tools tell the cause first, others last. */
const HEAD_LINES = 10;
const TAIL_LINES = 15;

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {Record<string, string | undefined>} [env] added to this process's environment
 * @property {(line: string) => void} [onLine] called with every line of stdout and stderr
 * @property {number} [timeoutMs] the command is killed after this long
 * @property {AbortSignal} [signal] kills the command
 */

/** A command that ended with another code than 0, was killed, or could not be started. */
export class CommandFailed extends Error {
  /**
   * @param {string} command
   * @param {string} how
   * @param {string} output the first and the last lines it wrote
   */
  constructor(command, how, output) {
    super(`${command}: ${how}`);
    this.name = 'CommandFailed';
    this.output = output;
  }
}

/**
 * Runs a command to its end and gives what it wrote on stdout.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>}
 * @throws {CommandFailed} when it does not end with code 0
 */
export async function run(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs,
    signal: options.signal,
    killSignal: 'SIGKILL',
  });
  /** @type {string[]} */
  const stdout = [];
  /** @type {string[]} */
  const head = [];
  /** @type {string[]} */
  const tail = [];
  const listen = (/** @type {import('node:stream').Readable} */ stream, /** @type {string[] | undefined} */ keep) => {
    createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
      keep?.push(line);
      if (head.length < HEAD_LINES) head.push(line);
      else tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      options.onLine?.(line);
    });
  };
  listen(child.stdout, stdout);
  listen(child.stderr, undefined);
  const ended = once(child, 'close');
  try {
    const [code, signal] = await ended;
    if (code === 0) return stdout.join('\n');
    const how = signal === null ? `ended with code ${code}` : `was stopped by ${signal}`;
    throw new CommandFailed(command, how, [...head, ...tail].join('\n'));
  } catch (error) {
    if (error instanceof CommandFailed) throw error;
    throw new CommandFailed(
      command,
      error instanceof Error ? error.message : String(error),
      [...head, ...tail].join('\n'),
    );
  }
}

/** @param {unknown} error */
export function outputOf(error) {
  if (error instanceof CommandFailed) return `${error.message}\n${error.output}`;
  return error instanceof Error ? error.message : String(error);
}

/**
 * The full path of a program on the PATH, or undefined.
 *
 * @param {string} name
 * @returns {string | undefined}
 */
export function which(name) {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const candidate = join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}
