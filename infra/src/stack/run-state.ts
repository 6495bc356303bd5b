import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What runs here now, for the command to find: written when everything is up, removed when it is stopped. */
export interface RunState {
  /** The process that supervises the others: SIGTERM to it stops everything in order. */
  readonly pid: number;
  readonly namespace: string;
  readonly kafkaBrokers: string;
  readonly redisUrl: string;
  readonly registryUrl: string;
  /** Base URL of each service. */
  readonly services: Readonly<Record<string, string>>;
  readonly startedAt: string;
}

const fileIn = (dataFolder: string): string => join(dataFolder, 'run.json');

export async function writeRunState(dataFolder: string, state: RunState): Promise<void> {
  await mkdir(dataFolder, { recursive: true });
  const aside = `${fileIn(dataFolder)}.${process.pid}`;
  await writeFile(aside, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  await rename(aside, fileIn(dataFolder));
}

/** The state of what runs on this data folder; undefined when nothing does, also when its process is gone without a word. */
export async function readRunState(dataFolder: string): Promise<RunState | undefined> {
  const text = await readFile(fileIn(dataFolder), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const state = JSON.parse(text) as RunState;
  return isRunning(state.pid) ? state : undefined;
}

export async function removeRunState(dataFolder: string): Promise<void> {
  await rm(fileIn(dataFolder), { force: true });
}

/** Whether a process with this id exists. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
