import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * @typedef {object} LocalServer a server that this machine runs for the project
 * @property {string} address host:port
 * @property {number} port
 * @property {number} pid
 * @property {string} logFile
 * @property {Promise<void>} exited settles when the process is gone, for whatever reason
 * @property {() => Promise<void>} stop asks it to end, waits, and kills it when it does not; may be called twice
 */

/**
 * @typedef {object} ServerSpec
 * @property {string} name for messages
 * @property {string} command
 * @property {readonly string[]} args
 * @property {number} port
 * @property {string} dataDir where the log and the note of who is running lie
 * @property {boolean} outlive whether it goes on when this process dies; else it dies with it, even by SIGKILL
 * @property {(pid: number) => Promise<boolean>} isReady a real exchange with the server
 * @property {number} readyWithinMs
 * @property {number} stopWithinMs
 */

/** A server that ended before it was ready, perhaps because its port was taken in the meantime. */
export class ServerDidNotStart extends Error {
  /**
   * @param {string} message
   * @param {string} log its last lines
   */
  constructor(message, log) {
    super(log.trim() === '' ? message : `${message}\n${log}`);
    this.name = 'ServerDidNotStart';
    this.portTaken = /address (already )?in use|BindException/i.test(log);
  }
}

/**
 * Starts a server in a process group of its own, so that Ctrl-C reaches only us and we stop things in order, and waits
 * until it answers.
 *
 * @param {ServerSpec} spec
 * @returns {Promise<LocalServer>}
 * @throws {ServerDidNotStart}
 */
export async function startServerProcess(spec) {
  const logFile = join(spec.dataDir, `${spec.name}.log`);
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(spec.command, spec.args, { cwd: spec.dataDir, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const exited = once(child, 'exit').then(
    () => undefined,
    () => undefined,
  );
  const pid = child.pid;
  if (pid === undefined) throw new ServerDidNotStart(`${spec.name} could not be started: ${spec.command}`, '');
  const untie = spec.outlive ? () => undefined : dieWithUs(pid);
  const note = join(spec.dataDir, `${spec.name}.json`);

  /** @type {Promise<void> | undefined} */
  let stopping;
  const stop = () => (stopping ??= stopOnce());
  const stopOnce = async () => {
    child.kill('SIGTERM');
    const overdue = setTimeout(() => child.kill('SIGKILL'), spec.stopWithinMs);
    await exited;
    clearTimeout(overdue);
    untie();
    await rm(note, { force: true });
  };

  const deadline = Date.now() + spec.readyWithinMs;
  while (child.exitCode === null && child.signalCode === null) {
    if (await spec.isReady(pid)) {
      await writeFile(note, `${JSON.stringify({ pid, port: spec.port })}\n`);
      if (spec.outlive) child.unref();
      return { address: `127.0.0.1:${spec.port}`, port: spec.port, pid, logFile, exited, stop };
    }
    if (Date.now() > deadline) {
      await stop();
      throw new ServerDidNotStart(
        `${spec.name} was not ready after ${spec.readyWithinMs / 1_000} s.`,
        await tail(logFile),
      );
    }
    await delay(50);
  }
  untie();
  throw new ServerDidNotStart(`${spec.name} ended while starting (log: ${logFile}).`, await tail(logFile));
}

/**
 * Starts a server, on another port when the one it was given is taken between the look and the start.
 *
 * @param {() => Promise<LocalServer>} start chooses a port and starts
 * @returns {Promise<LocalServer>}
 */
export async function startOnFreePort(start) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof ServerDidNotStart && error.portTaken) || attempt === 5) throw error;
    }
  }
}

/**
 * The server that already runs on a data folder, from the note it left there.
 *
 * @param {string} dataDir
 * @param {string} name
 * @param {(port: number, pid: number) => Promise<boolean>} answers a real exchange, since a process id may be somebody else's by now
 * @returns {Promise<{ pid: number, port: number } | undefined>}
 */
export async function runningServer(dataDir, name, answers) {
  try {
    const { pid, port } = JSON.parse(await readFile(join(dataDir, `${name}.json`), 'utf8'));
    if (typeof pid !== 'number' || typeof port !== 'number') return undefined;
    process.kill(pid, 0);
    return (await answers(port, pid)) ? { pid, port } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Ends a process when this one ends without having done so: a shell waits for the end of a pipe that only we hold open.
 *
 * @param {number} pid
 * @returns {() => void} takes the guard away
 */
function dieWithUs(pid) {
  const guard = spawn('/bin/sh', ['-c', `read -r _; kill -9 ${pid} 2>/dev/null`], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  /** @type {import('node:net').Socket} */ (/** @type {unknown} */ (guard.stdin)).unref?.();
  return () => void guard.kill('SIGKILL');
}

/** @param {string} file */
async function tail(file) {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-15).join('\n');
}
