import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface ServiceSpec {
  readonly name: string;
  /** The module that Node runs. */
  readonly main: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFolder: string;
  /** Answers 200 once the service can work. */
  readonly readyUrl: string;
  /** Told as soon as there is a process, long before it is ready. */
  readonly onSpawn?: (pid: number) => void;
  /** Aborted when there is no need to wait any more: the process is stopped. */
  readonly signal?: AbortSignal;
}

export interface ServiceProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** SIGTERM, and SIGKILL when it has not ended in time. */
  stop(): Promise<void>;
  /** Resolves when the process has ended: with its exit code, or null when a signal ended it. */
  readonly ended: Promise<number | null>;
}

/** A service ended before it was ready, or was not ready in time; the message has the last lines of its log. */
export class ServiceDidNotStart extends Error {
  override readonly name = 'ServiceDidNotStart';
}

const READY_WITHIN_MS = 90_000;
const STOP_WITHIN_MS = 20_000;

/**
 * Starts a service as a process of its own, its output in a file, and waits until it says that it is ready.
 *
 * @throws ServiceDidNotStart
 */
export async function startService(spec: ServiceSpec): Promise<ServiceProcess> {
  await mkdir(spec.logFolder, { recursive: true, mode: 0o700 });
  const logFile = join(spec.logFolder, `${spec.name}.log`);
  // Its own file, not a pipe to us: what it says when we are gone is not lost.
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, [spec.main], {
    env: { ...spec.env },
    // A group of its own: Ctrl-C reaches only us, and we stop the services in order.
    detached: true,
    // The channel carries no messages; it closes when this process dies, and the service stops by itself.
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  if (child.pid !== undefined) spec.onSpawn?.(child.pid);
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', resolve);
  });
  const service: ServiceProcess = {
    name: spec.name,
    pid: child.pid ?? -1,
    logFile,
    ended,
    stop: () => stopProcess(child, ended),
  };
  await waitUntilReady(service, child, spec).catch(async (error: unknown) => {
    await service.stop();
    throw error;
  });
  return service;
}

async function waitUntilReady(
  service: ServiceProcess,
  child: ChildProcess,
  { readyUrl, signal }: ServiceSpec,
): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  let code: number | null | undefined;
  void service.ended.then((value) => (code = value));
  while (code === undefined && Date.now() < deadline) {
    signal?.throwIfAborted();
    const answer = await fetch(readyUrl, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await delay(100);
  }
  const what =
    code === undefined ? `was not ready within ${READY_WITHIN_MS / 1000} s` : `ended with ${code ?? child.signalCode}`;
  throw new ServiceDidNotStart(
    `${service.name} ${what}; the end of ${service.logFile}:\n${await lastLines(service.logFile)}`,
  );
}

async function stopProcess(child: ChildProcess, ended: Promise<number | null>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  const late = new AbortController();
  await Promise.race([
    ended,
    delay(STOP_WITHIN_MS, undefined, { signal: late.signal }).then(() => child.kill('SIGKILL')),
  ]).finally(() => late.abort());
  await ended;
}

/** The end of a log, for a message to a person. */
export async function lastLines(file: string, count = 8): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '(no log)');
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
