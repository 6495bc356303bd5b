import { errorBodySchema, JOB_NAMES } from '@click-recall/contracts';
import { ConfigError } from '@click-recall/runtime';
import { eventually, openDoor, testServers } from '@click-recall/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openTestConsole, PASSWORD, startTraining, VIEWER_PASSWORD } from './open-test-console.js';

const viewer = { as: ['viewer', VIEWER_PASSWORD] } as const;
const nobody = { as: null } as const;

describe('startConsole', () => {
  it.each([
    ['no credentials', null],
    ['no password', ['admin', '']],
    ['the viewer’s password for the admin', ['admin', VIEWER_PASSWORD]],
    ['the admin’s password for the viewer', ['viewer', PASSWORD]],
    ['another user', ['root', PASSWORD]],
  ] as const)('shows nothing to %s', async (_what, as) => {
    const { ask } = await openTestConsole();
    for (const path of ['/', '/queues', '/queues/api/queues', '/queues/static/js/main.js', '/read-only', '/nowhere']) {
      const answer = await ask(path, { as });
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.headers.get('www-authenticate')).toContain('Basic');
      expect(errorBodySchema.strict().parse(await answer.json())).toMatchObject({ error: { code: 'unauthorized' } });
    }
  });

  it('tells health, readiness and metrics without the password', async () => {
    const { ask } = await openTestConsole();
    expect((await ask('/healthz', nobody)).status).toBe(200);
    await eventually(async () => (await ask('/readyz', nobody)).status === 200);
    expect((await ask('/metrics', nobody)).status).toBe(200);
  });

  it.skipIf(testServers().redisCluster)(
    'says in time that Redis does not answer',
    async () => {
      const url = new URL(testServers().redisUrl);
      const door = await openDoor({ to: url.host });
      onTestFinished(() => door.close());
      url.host = `127.0.0.1:${door.port}`;
      const { ask } = await openTestConsole({ REDIS_URL: url.href });
      await eventually(async () => (await ask('/readyz', nobody)).status === 200);
      door.freeze();
      // Before there was a limit these hung for as long as Redis did: the time that this test has is what they are held to.
      const answer = await ask('/queues/api/queues');
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
      expect((await ask('/metrics', nobody)).status).toBe(200);
      expect((await ask('/readyz', nobody)).status).toBe(503);
    },
    90_000,
  );

  it('shows every queue and its jobs on the dashboard', async () => {
    const service = await openTestConsole();
    const { id } = await startTraining(service);
    const page = await service.ask('/queues');
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'self'/);
    expect(await page.text()).toContain('<div id="root">');
    const answer = (await (await service.ask('/queues/api/queues?activeQueue=train&status=waiting')).json()) as {
      queues: { name: string; jobs: { id: string }[]; readOnlyMode: boolean }[];
    };
    const names = answer.queues.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(JOB_NAMES));
    expect(answer.queues.find(({ name }) => name === 'train')?.jobs.map((job) => job.id)).toEqual([id]);
    expect(answer.queues.map(({ readOnlyMode }) => readOnlyMode)).not.toContain(true);
  });

  it('shows a viewer the same without anything to change it by', async () => {
    const service = await openTestConsole();
    const { id } = await startTraining(service);
    const page = await service.ask('/queues/queue/train?status=waiting', viewer);
    expect([page.status, page.headers.get('location')]).toEqual([302, '/read-only/queue/train?status=waiting']);
    expect(await (await service.ask('/read-only', viewer)).text()).toContain('<div id="root">');
    expect(await (await service.ask('/', viewer)).text()).toContain('href="/read-only"');
    const answer = (await (
      await service.ask('/read-only/api/queues?activeQueue=train&status=waiting', viewer)
    ).json()) as {
      queues: { name: string; jobs: { id: string }[]; readOnlyMode: boolean; allowRetries: boolean }[];
    };
    expect(answer.queues.find(({ name }) => name === 'train')?.jobs.map((job) => job.id)).toEqual([id]);
    expect(answer.queues.map(({ readOnlyMode }) => readOnlyMode)).not.toContain(false);
    expect(answer.queues.map(({ allowRetries }) => allowRetries)).not.toContain(true);
  });

  it('reports how full the queues are', async () => {
    const service = await openTestConsole();
    await startTraining(service);
    const metrics = await (await service.ask('/metrics', nobody)).text();
    expect(metrics).toContain('click_recall_queue_jobs{queue="train",state="waiting",service="console"} 1');
    expect(metrics).toContain('click_recall_queue_jobs{queue="embed",state="waiting-children",service="console"} 1');
  });

  it('links what there is', async () => {
    const { ask } = await openTestConsole({ RECALL_PORT: '18080' });
    const page = await (await ask('/')).text();
    expect(page).toContain('href="/queues"');
    expect(page).toContain('href="http://127.0.0.1:18080/docs/"');
    expect(page).not.toContain(':0/');
  });

  it('cannot be shown inside of another page', async () => {
    const { ask } = await openTestConsole();
    for (const path of ['/', '/queues', '/read-only', '/queues/api/queues', '/nowhere']) {
      const { headers } = await ask(path);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-frame-options')).toBe('DENY');
    }
  });

  it.each([
    ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }, 403],
    ['another port of this machine, as the browser says', { 'sec-fetch-site': 'same-site' }, 403],
    ['a page from elsewhere, where the browser says no more', { origin: 'http://evil.example' }, 403],
    ['a page of no origin', { origin: 'null' }, 403],
    ['the console itself', { 'sec-fetch-site': 'same-origin' }, 200],
    ['no browser', {}, 200],
  ])('takes a change sent by %s for what it is', async (_what, headers, status) => {
    const { ask } = await openTestConsole();
    expect((await ask('/queues/api/queues/train/pause', { method: 'PUT', headers })).status).toBe(status);
  });

  it('takes a change by its own page also where the browser says no more than the origin', async () => {
    const { ask, address } = await openTestConsole();
    const pause = { method: 'PUT', headers: { origin: address } };
    expect((await ask('/queues/api/queues/train/pause', pause)).status).toBe(200);
  });

  it('refuses an address that guesses, the right password too', async () => {
    const { ask, lines } = await openTestConsole();
    const guesses = Array.from({ length: 15 }, (_, index) => ask('/', { as: ['admin', `guess-${index}`] }));
    const codes = (await Promise.all(guesses)).map(({ status }) => status);
    expect(codes.filter((status) => status === 429).length).toBeGreaterThanOrEqual(5);
    const refused = await ask('/');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask('/healthz', nobody)).status).toBe(200);
    expect(lines.join('')).not.toMatch(/guess-\d|Basic/);
  });

  it('does not take it for guessing to come without a password', async () => {
    const { ask } = await openTestConsole();
    for (let index = 0; index < 15; index += 1) expect((await ask('/', nobody)).status).toBe(401);
    expect((await ask('/')).status).toBe(200);
  });

  it('makes up a password and says it once when only this machine can reach it', async () => {
    const { ask, lines } = await openTestConsole({ CONSOLE_PASSWORD: '' });
    const said = lines.filter((line) => line.includes('password of the console'));
    expect(said).toHaveLength(1);
    const password = /password of the console: (\S+)/.exec(said[0] ?? '')?.[1] ?? '';
    expect(password.length).toBeGreaterThanOrEqual(16);
    expect((await ask('/', { as: ['admin', password] })).status).toBe(200);
  });

  it('never logs a password that was set', async () => {
    const { ask, lines } = await openTestConsole();
    await ask(`/queues/api/queues/train/${PASSWORD}?password=${VIEWER_PASSWORD}`);
    expect(lines.join('')).not.toMatch(new RegExp(`${PASSWORD}|${VIEWER_PASSWORD}`));
  });

  it('has no admin where it listens to the outside and only the viewer’s password is set', async () => {
    const { ask, lines } = await openTestConsole({ LISTEN_HOST: '0.0.0.0', CONSOLE_PASSWORD: '' });
    expect((await ask('/read-only', viewer)).status).toBe(200);
    for (const password of ['', 'undefined', VIEWER_PASSWORD]) {
      expect((await ask('/queues', { as: ['admin', password] })).status).toBe(401);
    }
    expect(lines.join('')).toContain('user viewer');
  });

  it.each([
    [
      'listen to the outside without a password',
      { LISTEN_HOST: '0.0.0.0', CONSOLE_PASSWORD: '', CONSOLE_READ_PASSWORD: '' },
    ],
    ['take one password for both users', { CONSOLE_READ_PASSWORD: PASSWORD }],
  ])('does not %s', async (_what, env) => {
    await expect(openTestConsole(env)).rejects.toThrow(ConfigError);
  });
});
