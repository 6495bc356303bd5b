import { loadConfig, type Config, type ServiceName } from '../config/load-config.js';
import { redacted } from '../config/redacted.js';
import { ConfigError, messageOf } from '../errors.js';
import { createLogger, type Logger } from '../logger.js';
import { createServiceContext, type ServiceContext } from './service-context.js';

/** What {@link runService} needs of the process. */
export type ProcessLike = Pick<NodeJS.Process, 'on' | 'exit' | 'stderr'>;

export interface RunServiceOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly process?: ProcessLike;
  readonly logger?: Logger;
  /** The stop takes no longer than this, in ms. */
  readonly deadlineMs?: number;
}

/**
 * Runs a service until it is asked to stop. `main` opens its parts, registers each with the scope and returns; the process
 * then lives until SIGTERM, SIGINT or the end of its supervisor (ordered stop, exit 0), a second signal (exit 1 at once), the deadline of the stop
 * (exit 1) or a crash: `main` rejecting, `context.crash`, an unhandled rejection (ordered stop, exit 1), an uncaught
 * exception (exit 1 at once, since nothing is known of the state). A faulty configuration prints every fault and exits 2.
 */
export async function runService(
  service: ServiceName,
  main: (context: ServiceContext) => Promise<unknown>,
  options: RunServiceOptions = {},
): Promise<void> {
  const host = options.process ?? process;
  const config = configOrExit(service, host, options.env);
  if (!config) return;
  const logger = options.logger ?? createLogger({ service, level: config.logLevel });
  const { context, stop: closeAll } = createServiceContext({ service, config, logger, crash });
  const { signal: stopping } = context;

  async function stop(code: number): Promise<void> {
    const deadlineMs = options.deadlineMs ?? 15_000;
    const deadline = setTimeout(() => {
      logger.fatal(`stopping took longer than ${deadlineMs} ms; leaving`);
      host.exit(1);
    }, deadlineMs);
    const clean = await closeAll();
    clearTimeout(deadline);
    logger.info('stopped');
    host.exit(clean ? code : 1);
  }

  function crash(error: unknown): void {
    if (stopping.aborted) {
      logger.error({ err: error }, `while stopping: ${messageOf(error)}`);
      return;
    }
    if (error instanceof ConfigError) logger.fatal({ faults: error.faults }, error.message);
    else logger.fatal({ err: error }, `crashed: ${messageOf(error)}`);
    void stop(1);
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    host.on(signal, () => {
      if (stopping.aborted) {
        logger.warn(`${signal} again: leaving at once`);
        host.exit(1);
        return;
      }
      logger.info(`${signal}: stopping`);
      void stop(0);
    });
  }
  // Started by a supervisor with a channel between the two: when it closes, the supervisor is gone without having said so.
  host.on('disconnect', () => {
    if (stopping.aborted) return;
    logger.warn('the supervisor is gone: stopping');
    void stop(0);
  });
  host.on('unhandledRejection', crash);
  host.on('uncaughtException', (error: Error) => {
    logger.fatal({ err: error }, `uncaught: ${messageOf(error)}`);
    host.exit(1);
  });

  logger.info({ config: redacted(config), pid: process.pid, node: process.version }, 'starting');
  try {
    await main(context);
  } catch (error) {
    // A stop that was asked for during the start makes what waits in `main` reject; that is no crash.
    if (!stopping.aborted) crash(error);
  }
}

function configOrExit(service: string, host: ProcessLike, env: RunServiceOptions['env']): Config | undefined {
  try {
    return loadConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const lines = error.faults.map(({ variable, expected }) => `  ${variable}: ${expected}`);
    host.stderr.write(`${service}: the configuration cannot be used\n${lines.join('\n')}\n`);
    host.exit(2);
    return undefined;
  }
}
