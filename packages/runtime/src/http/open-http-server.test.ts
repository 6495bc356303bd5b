import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../config/load-config.js';
import { createServiceContext } from '../lifecycle/service-context.js';
import { openTestLog } from '../open-test-log.js';
import { openHttpServer } from './open-http-server.js';

const api = { title: 'Recall', description: 'test' };

/** What a service logs as it opens its server. */
async function saidBy(env: Record<string, string>, options: Parameters<typeof openHttpServer>[1]): Promise<string> {
  const { logger, lines } = openTestLog('recall');
  const crash = (error: unknown): void => {
    throw error;
  };
  const { context, stop } = createServiceContext({ service: 'recall', config: loadConfig(env), logger, crash });
  onTestFinished(async () => void (await stop()));
  await openHttpServer(context, options);
  return lines.join('');
}

describe('openHttpServer', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', 'recall.internal'])('warns where whoever reaches %s may ask', async (host) => {
    expect(await saidBy({ LISTEN_HOST: host }, { api })).toMatch(/"level":"warn".*no API_KEYS are set/);
  });

  it.each([
    ['keys are set', { LISTEN_HOST: '0.0.0.0', API_KEYS: 'read:reader-key' }, { api }],
    ['only this machine reaches it', { LISTEN_HOST: '127.0.0.1' }, { api }],
    ['there is nothing to ask but health and metrics', { LISTEN_HOST: '0.0.0.0' }, {}],
  ])('does not where %s', async (_what, env, options) => {
    expect(await saidBy(env, options)).not.toContain('API_KEYS');
  });
});
