import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readCpuSeconds, readResidentMb, startService } from '@click-recall/infra';

export type FaultServiceName = 'ingest' | 'trainer' | 'embedder' | 'recall' | 'console';

/** A service as a process of its own, to be killed, frozen and looked at. */
export interface FaultService {
  readonly name: FaultServiceName;
  readonly pid: number;
  /** Address of its HTTP server. */
  readonly url: string;
  /** Resolves when it has ended: with its exit code, or null when a signal ended it. */
  readonly ended: Promise<number | null>;
  readonly isRunning: () => boolean;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves to the exit code. */
  terminate(): Promise<number | null>;
  freeze(): void;
  thaw(): void;
  /** HTTP status of `/readyz`; 0 where nothing answers within two seconds. */
  readiness(): Promise<number>;
  /** Sum of a metric's samples, of those whose labels hold `labels`; 0 where there is none, NaN where nothing answers within two seconds. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** MB */
  residentMb(): Promise<number>;
  /** Processor time since its start, s. */
  cpuSeconds(): Promise<number>;
  /** Every line of its log that is JSON. */
  log(): Promise<Record<string, unknown>[]>;
}

export interface FaultServiceSpec {
  readonly name: FaultServiceName;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly logFolder: string;
  /** Tells the logs of several processes of a service apart. */
  readonly number: number;
  /** Told as soon as there is a process, long before it is up. */
  readonly onSpawn?: (pid: number) => void;
}

const ANSWERS_WITHIN_MS = 2_000;

export async function startFaultService({
  name,
  port,
  env,
  logFolder,
  number,
  onSpawn,
}: FaultServiceSpec): Promise<FaultService> {
  const url = `http://127.0.0.1:${port}`;
  const { pid, ended, logFile } = await startService({
    name: `${name}-${number}`,
    main: fileURLToPath(new URL(`../../../../services/${name}/dist/main.js`, import.meta.url)),
    env: { ...env, [`${name.toUpperCase()}_PORT`]: String(port) },
    logFolder,
    readyUrl: `${url}/healthz`,
    ...(onSpawn && { onSpawn }),
  });
  let running = true;
  void ended.then(() => (running = false));
  const signal = (wanted: NodeJS.Signals): void => {
    if (running) process.kill(pid, wanted);
  };
  return {
    name,
    pid,
    url,
    ended,
    isRunning: () => running,
    async kill() {
      signal('SIGKILL');
      await ended;
    },
    terminate() {
      signal('SIGTERM');
      return ended;
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async readiness() {
      const answer = await get(`${url}/readyz`);
      await answer?.body?.cancel();
      return answer?.status ?? 0;
    },
    async metric(metric, labels = {}) {
      const text = await (await get(`${url}/metrics`))?.text().catch(() => undefined);
      return text === undefined ? NaN : sumOf(text, metric, labels);
    },
    residentMb: () => readResidentMb(pid),
    cpuSeconds: () => readCpuSeconds(pid),
    async log() {
      const text = await readFile(logFile, 'utf8').catch(() => '');
      return text.split('\n').flatMap((line) => {
        try {
          return [JSON.parse(line) as Record<string, unknown>];
        } catch {
          return [];
        }
      });
    },
  };
}

function get(url: string): Promise<Response | undefined> {
  return fetch(url, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) }).catch(() => undefined);
}

function sumOf(text: string, metric: string, labels: Readonly<Record<string, string>>): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${metric} `) || line.startsWith(`${metric}{`))
    .filter((line) => wanted.every((pair) => line.includes(pair)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
