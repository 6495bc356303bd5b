import { errorBodySchema, JOB_NAMES } from '@click-recall/contracts';
import { createJobs } from '@click-recall/jobs';
import { ConfigError, createLogger, createServiceContext, loadConfig } from '@click-recall/runtime';
import { eventually, randomNamespace, testServers } from '@click-recall/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startConsole } from './service.js';

const PASSWORD = 'a-long-password';

async function started(env: Record<string, string> = {}) {
  const lines: string[] = [];
  const namespace = randomNamespace();
  const config = loadConfig({
    NAMESPACE: namespace,
    REDIS_URL: testServers().redisUrl,
    REDIS_CLUSTER: String(testServers().redisCluster),
    CONSOLE_PORT: '0',
    CONSOLE_PASSWORD: PASSWORD,
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
  const address = await startConsole(context);
  const ask = (
    path: string,
    password: string | null = PASSWORD,
    init: { method?: string; headers?: Record<string, string> } = {},
  ) => {
    const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
    return fetch(`${address}${path}`, {
      ...init,
      headers: { ...init.headers, ...(password !== null && { authorization }) },
    });
  };
  return { ask, lines, config, logger, namespace };
}

/** A training flow in the queues of the test, removed afterwards. */
async function withTraining({ config, logger, namespace }: Awaited<ReturnType<typeof started>>) {
  const jobs = createJobs({ redisUrl: config.redis.url, redisCluster: config.redis.cluster, namespace, logger });
  onTestFinished(() => jobs.close());
  return jobs.startTraining({ reason: 'manual' });
}

describe('startConsole', () => {
  it('shows nothing without the password', async () => {
    const { ask } = await started();
    for (const path of ['/', '/queues', '/queues/api/queues', '/queues/static/js/main.js']) {
      for (const password of [null, '', 'wrong-password']) {
        const answer = await ask(path, password);
        expect([path, answer.status]).toEqual([path, 401]);
        expect(answer.headers.get('www-authenticate')).toContain('Basic');
        expect(errorBodySchema.strict().parse(await answer.json())).toMatchObject({ error: { code: 'unauthorized' } });
      }
    }
  });

  it('tells health, readiness and metrics without the password', async () => {
    const { ask } = await started();
    expect((await ask('/healthz', null)).status).toBe(200);
    await eventually(async () => (await ask('/readyz', null)).status === 200);
    expect((await ask('/metrics', null)).status).toBe(200);
  });

  it('shows every queue and its jobs on the dashboard', async () => {
    const service = await started();
    const { id } = await withTraining(service);
    const page = await service.ask('/queues');
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'self'/);
    expect(await page.text()).toContain('<div id="root">');
    const answer = (await (await service.ask('/queues/api/queues?activeQueue=train&status=waiting')).json()) as {
      queues: { name: string; jobs: { id: string }[] }[];
    };
    const names = answer.queues.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(JOB_NAMES));
    expect(answer.queues.find(({ name }) => name === 'train')?.jobs.map((job) => job.id)).toEqual([id]);
  });

  it('reports how full the queues are', async () => {
    const service = await started();
    await withTraining(service);
    const metrics = await (await service.ask('/metrics', null)).text();
    expect(metrics).toContain('click_recall_queue_jobs{queue="train",state="waiting",service="console"} 1');
    expect(metrics).toContain('click_recall_queue_jobs{queue="embed",state="waiting-children",service="console"} 1');
  });

  it('links what there is', async () => {
    const { ask } = await started({ RECALL_PORT: '18080' });
    const page = await (await ask('/')).text();
    expect(page).toContain('href="/queues"');
    expect(page).toContain('href="http://127.0.0.1:18080/docs/"');
    expect(page).not.toContain(':0/');
  });

  it('refuses a change that another site makes the browser send', async () => {
    const { ask } = await started();
    const pause = (site: string) =>
      ask('/queues/api/queues/train/pause', PASSWORD, { method: 'PUT', headers: { 'sec-fetch-site': site } });
    expect((await pause('cross-site')).status).toBe(403);
    expect((await pause('same-origin')).status).toBe(200);
  });

  it('makes up a password and says it once when only this machine can reach it', async () => {
    const { ask, lines } = await started({ CONSOLE_PASSWORD: '' });
    const said = lines.filter((line) => line.includes('password of the console'));
    expect(said).toHaveLength(1);
    const password = /password of the console: (\S+)/.exec(said[0] ?? '')?.[1] ?? '';
    expect(password.length).toBeGreaterThanOrEqual(16);
    expect((await ask('/', password)).status).toBe(200);
  });

  it('never logs a password that was set', async () => {
    const { lines } = await started();
    expect(lines.join('')).not.toContain(PASSWORD);
  });

  it('does not listen to the outside without a password', async () => {
    await expect(started({ LISTEN_HOST: '0.0.0.0', CONSOLE_PASSWORD: '' })).rejects.toThrow(ConfigError);
  });
});
