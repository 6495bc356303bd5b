import { join } from 'node:path';
import { keepRunning, type Process } from './keep-running.js';
import { startService, type ServiceProcess } from './service-process.js';

/** Every service in the order it is started; stopped in the reverse order, so that consumers end before what they feed on. */
export const SERVICES = [
  { name: 'recall', port: 'RECALL_PORT', usual: 8080 },
  { name: 'embedder', port: 'EMBEDDER_PORT', usual: 8083 },
  { name: 'trainer', port: 'TRAINER_PORT', usual: 8082 },
  { name: 'ingest', port: 'INGEST_PORT', usual: 8081 },
  { name: 'console', port: 'CONSOLE_PORT', usual: 8088 },
] as const;

export type ServiceName = (typeof SERVICES)[number]['name'];

const LIVES_WITHOUT_A_MODEL: ReadonlySet<ServiceName> = new Set(['recall', 'embedder']);

export interface ServicesOptions {
  /** The project's folder. */
  readonly root: string;
  readonly dataFolder: string;
  /** Environment of every service: addresses, namespace, and what the caller's own environment sets. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A port nobody listens on: the preferred one where it is free. */
  readonly freePort: (preferred: number) => Promise<number>;
  readonly onReady?: (name: ServiceName, url: string) => void;
  /** A service ended by itself and is started again. */
  readonly onEnded?: (service: ServiceProcess, code: number | null) => void;
  readonly onBack?: (service: ServiceProcess) => void;
  /** A service ended by itself again and again, or could not be started again: it stays down. */
  readonly onGivenUp?: (name: ServiceName, reason: string) => void;
  /** Aborted when there is no need to wait any more. */
  readonly signal?: AbortSignal;
}

export interface RunningServices {
  readonly urls: Readonly<Record<ServiceName, string>>;
  stop(): Promise<void>;
}

/**
 * Starts the four services and the console as separate processes, each on its usual port or, where that is taken, on another.
 * One that ends by itself is started again.
 *
 * @throws ServiceDidNotStart after having stopped those that were up
 */
export async function startServices(options: ServicesOptions): Promise<RunningServices> {
  const kept = new Map<ServiceName, Process>();
  const stop = async (): Promise<void> => {
    for (const { name } of SERVICES.toReversed()) await kept.get(name)?.stop();
  };
  const ports = await Promise.all(
    SERVICES.map(({ port, usual }) => options.freePort(Number(options.env[port] ?? usual))),
  );
  const urls = Object.fromEntries(
    SERVICES.map(({ name }, index) => [name, `http://127.0.0.1:${ports[index]}`]),
  ) as Record<ServiceName, string>;
  const env = {
    ...options.env,
    ...Object.fromEntries(SERVICES.map(({ port }, index) => [port, String(ports[index])])),
  };
  const starts = SERVICES.map(async ({ name }) => {
    const service = await keepRunning({
      start: (signal, attempt) =>
        startService({
          name,
          main: join(options.root, 'services', name, 'dist', 'main.js'),
          env,
          logFolder: join(options.dataFolder, 'logs'),
          // Without a model, or with a damaged one, these two are not ready, but they run: a training is the way on. Nor is a
          // service that is started again to be blamed for a Kafka that is away.
          readyUrl: `${urls[name]}/${LIVES_WITHOUT_A_MODEL.has(name) || attempt > 0 ? 'healthz' : 'readyz'}`,
          signal,
        }),
      onEnded: (ended) => void ended.ended.then((code) => options.onEnded?.(ended, code)),
      onBack: (started) => options.onBack?.(started),
      onGivenUp: (reason) => options.onGivenUp?.(name, reason),
      ...(options.signal && { signal: options.signal }),
    });
    kept.set(name, service);
    options.onReady?.(name, urls[name]);
  });
  const failed = (await Promise.allSettled(starts)).find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return { urls, stop };
}
