import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startService, type ServiceProcess } from '@click-recall/infra';
import { runScript } from './start-process.js';

export const PARTS = ['recall', 'embedder', 'trainer', 'ingest', 'console'] as const;
export type Part = (typeof PARTS)[number];

export interface WholePipelineOptions {
  /** Exists; registry, logs and files of the pipeline lie in it. */
  readonly folder: string;
  readonly namespace: string;
  readonly kafkaBrokers: readonly string[];
  /** How a service, or the operator with the command, gets to Redis. */
  readonly redisOf: (who: Part | 'cli') => Readonly<Record<string, string>>;
}

export interface WholePipeline {
  readonly urls: Readonly<Record<Part, string>>;
  readonly services: readonly ServiceProcess[];
  /** Runs `click-recall --json` with these arguments; gives its result. Throws what it wrote when it fails. */
  readonly cli: (...args: string[]) => Promise<unknown>;
  /** What a service has written so far. */
  readonly logOf: (part: Part) => Promise<string>;
  /** SIGTERM to every service, in order; gives their exit codes. */
  readonly stop: () => Promise<(number | null)[]>;
}

/** Small, and quick to train. */
const MODEL = { encoder: { dim: 16, sequenceLength: 16, layers: 1 } };
const ROOT = new URL('../../', import.meta.url);

/** Every service as a process of its own, as in production, and the command beside them. */
export async function startWholePipeline(options: WholePipelineOptions): Promise<WholePipeline> {
  const { folder, namespace, kafkaBrokers, redisOf } = options;
  const modelConfig = join(folder, 'model.json');
  await mkdir(join(folder, 'logs'), { recursive: true });
  await writeFile(modelConfig, JSON.stringify(MODEL));
  const ports = Object.fromEntries(await Promise.all(PARTS.map(async (part) => [part, await freePort()] as const)));
  const common = {
    NAMESPACE: namespace,
    KAFKA_BROKERS: kafkaBrokers.join(','),
    REGISTRY_URL: pathToFileURL(join(folder, 'registry')).href,
    MODEL_CONFIG: modelConfig,
    TF_CPP_MIN_LOG_LEVEL: '2',
    ...Object.fromEntries(PARTS.map((part) => [`${part.toUpperCase()}_PORT`, String(ports[part])])),
  };
  const cli = async (...args: string[]): Promise<unknown> => {
    const command = runScript('packages/cli/bin/click-recall.mjs', ['--json', ...args], {
      ...common,
      ...redisOf('cli'),
    });
    const code = await command.ended();
    if (code !== 0) throw new Error(`click-recall ${args.join(' ')} ended with ${code}: ${command.output()}`);
    const documents = command.output().trim().split('\n');
    return JSON.parse(documents.at(-1) ?? 'null') as unknown;
  };
  await cli('topics', 'create');
  const urls = Object.fromEntries(PARTS.map((part) => [part, `http://127.0.0.1:${ports[part]}`])) as Record<
    Part,
    string
  >;
  const started = await Promise.allSettled(
    PARTS.map((part) =>
      startService({
        name: part,
        main: fileURLToPath(new URL(`services/${part}/dist/main.js`, ROOT)),
        env: { PATH: process.env['PATH'] ?? '', ...common, ...redisOf(part) },
        logFolder: join(folder, 'logs'),
        // Without a model recall and the embedder are not ready, but they run.
        readyUrl: `${urls[part]}/healthz`,
      }),
    ),
  );
  const services = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async (): Promise<(number | null)[]> => {
    for (const service of services.toReversed()) await service.stop();
    return Promise.all(services.map(({ ended }) => ended));
  };
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return { urls, services, cli, stop, logOf: (part) => readFile(join(folder, 'logs', `${part}.log`), 'utf8') };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
