import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPipeline } from '@click-recall/infra';
import { pipelineTopics } from '@click-recall/kafka';
import { createLogger, loadConfig } from '@click-recall/runtime';
import { randomNamespace, testServers } from '@click-recall/testing';
import { onTestFinished } from 'vitest';
import type { CliIo } from './context.js';
import { main } from './main.js';

export const logger = createLogger({ service: 'test', level: 'silent', pretty: false });

export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'click-recall-cli-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

export function environment(overrides: Record<string, string> = {}) {
  const { kafkaBrokers, redisUrl } = testServers();
  return { KAFKA_BROKERS: kafkaBrokers.join(','), REDIS_URL: redisUrl, NAMESPACE: randomNamespace(), ...overrides };
}

/** For tests only: runs the command; what it wrote and how it ended. */
export async function cli(
  args: string[],
  env: Record<string, string> = environment(),
  signal: CliIo['signal'] = new AbortController().signal,
) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await main(args, {
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    signal,
    env,
  });
  return { code, out: out.join(''), err: err.join(''), json: (): unknown => JSON.parse(out.join('')) };
}

/** For tests only: a namespace with its topics, removed after the test. */
export async function pipeline() {
  const env = environment();
  const config = loadConfig(env);
  const opened = openPipeline(config, 'test', logger);
  const topics = pipelineTopics(env.NAMESPACE);
  onTestFinished(async () => {
    await opened.admin.deleteTopics(topics.map(({ name }) => name)).catch(() => undefined);
    await opened.close();
  });
  await opened.admin.ensureTopics(topics);
  return { env, config, ...opened };
}
