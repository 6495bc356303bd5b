import { join } from 'node:path';
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

export interface ServicesOptions {
  /** The project's folder. */
  readonly root: string;
  readonly dataFolder: string;
  /** Environment of every service: addresses, namespace, and what the caller's own environment sets. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A port nobody listens on: the preferred one where it is free. */
  readonly freePort: (preferred: number) => Promise<number>;
  readonly onReady?: (name: ServiceName, url: string) => void;
  /** A service ended by itself. */
  readonly onEnded?: (service: ServiceProcess, code: number | null) => void;
}

export interface RunningServices {
  readonly urls: Readonly<Record<ServiceName, string>>;
  readonly processes: readonly ServiceProcess[];
  stop(): Promise<void>;
}

/**
 * Starts the four services and the console as separate processes, each on its usual port or, where that is taken, on another.
 *
 * @throws ServiceDidNotStart after having stopped those that were up
 */
export async function startServices(options: ServicesOptions): Promise<RunningServices> {
  const processes: ServiceProcess[] = [];
  let stopping = false;
  const stop = async (): Promise<void> => {
    stopping = true;
    for (const service of processes.toReversed()) await service.stop();
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
    const service = await startService({
      name,
      main: join(options.root, 'services', name, 'dist', 'main.js'),
      env,
      logFolder: join(options.dataFolder, 'logs'),
      // Without a model recall is not ready, but it runs: before the first training that is how it should be.
      readyUrl: `${urls[name]}/${name === 'recall' ? 'healthz' : 'readyz'}`,
    });
    processes.push(service);
    options.onReady?.(name, urls[name]);
    void service.ended.then((code) => {
      if (!stopping) options.onEnded?.(service, code);
    });
  });
  const failed = (await Promise.allSettled(starts)).find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  processes.sort((a, b) => order(a.name) - order(b.name));
  return { urls, processes, stop };
}

const order = (name: string): number => SERVICES.findIndex((service) => service.name === name);
