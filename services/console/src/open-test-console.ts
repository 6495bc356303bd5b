import { createJobs } from '@click-recall/jobs';
import { createLogger, createServiceContext, loadConfig } from '@click-recall/runtime';
import { randomNamespace, testServers } from '@click-recall/testing';
import { onTestFinished } from 'vitest';
import { startConsole } from './service.js';

export const PASSWORD = 'a-long-password';
export const VIEWER_PASSWORD = 'a-password-to-look';

export interface Ask {
  /** Default: the admin and the password; null: no credentials. */
  readonly as?: readonly [user: string, password: string] | null;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** For tests only: a context of the console on the real Redis, what it logs, and a way to ask. Ends with the test. */
export function openTestContext(env: Record<string, string> = {}) {
  const lines: string[] = [];
  const namespace = randomNamespace();
  const config = loadConfig({
    NAMESPACE: namespace,
    REDIS_URL: testServers().redisUrl,
    CONSOLE_PORT: '0',
    CONSOLE_PASSWORD: PASSWORD,
    CONSOLE_READ_PASSWORD: VIEWER_PASSWORD,
    ...env,
  });
  const logger = createLogger({
    service: 'console',
    level: 'info',
    pretty: false,
    destination: { write: (line) => void lines.push(line) },
  });
  const crash = (error: unknown): void => {
    throw error;
  };
  const { context, stop } = createServiceContext({ service: 'console', config, logger, crash });
  onTestFinished(async () => void (await stop()));
  return { context, lines, config, logger, namespace };
}

/** For tests only: the whole console. */
export async function openTestConsole(env: Record<string, string> = {}) {
  const opened = openTestContext(env);
  const address = await startConsole(opened.context);
  const ask = (path: string, { as = ['admin', PASSWORD], headers, ...init }: Ask = {}) =>
    fetch(`${address}${path}`, {
      ...init,
      redirect: 'manual',
      headers: { ...headers, ...(as !== null && { authorization: basic(...as) }) },
    });
  return { ...opened, address, ask };
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** A training flow in the queues of the test. */
export async function startTraining({
  config,
  logger,
  namespace,
}: Omit<ReturnType<typeof openTestContext>, 'context'>) {
  const jobs = createJobs({ redisUrl: config.redis.url, namespace, logger });
  onTestFinished(() => jobs.close());
  return jobs.startTraining({ reason: 'manual' });
}
