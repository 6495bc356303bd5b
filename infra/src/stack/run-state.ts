import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ENVIRONMENT, isServerVariable, type Config, type Environment, type VariableName } from '@click-recall/runtime';

/** What runs here now, for the command to find: written when everything is up, removed when it is stopped. */
export interface RunState {
  /** The process that supervises the others: SIGTERM to it stops everything in order. */
  readonly pid: number;
  /** The variables by which everybody else reaches the same servers, secrets included: see {@link connectionOf}. */
  readonly environment: Connection;
  /** Base URL of each service. */
  readonly services: Readonly<Record<string, string>>;
  readonly startedAt: string;
}

export type Connection = Readonly<Partial<Record<VariableName, string>>>;

const FILES: ReadonlySet<string> = new Set(['KAFKA_SSL_CA', 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY', 'REDIS_SSL_CA']);

/** What of an environment says where Kafka, Redis and the registry are and how to get in; files by their full path. */
export function connectionOf(
  env: Environment,
  config: Pick<Config, 'namespace' | 'kafka' | 'redis' | 'registryUrl'>,
): Connection {
  const names = (Object.keys(ENVIRONMENT) as VariableName[]).filter(isServerVariable);
  const set = names.flatMap((name) => {
    const value = env[name]?.trim() ?? '';
    return value === '' ? [] : [[name, FILES.has(name) ? resolve(value) : value] as const];
  });
  return {
    NAMESPACE: config.namespace,
    KAFKA_BROKERS: config.kafka.brokers.join(','),
    REDIS_URL: config.redis.url,
    REGISTRY_URL: config.registryUrl,
    ...Object.fromEntries(set),
  };
}

const fileIn = (dataFolder: string): string => join(dataFolder, 'run.json');

export async function writeRunState(dataFolder: string, state: RunState): Promise<void> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
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
