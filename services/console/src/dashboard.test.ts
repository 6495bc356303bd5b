import { boardQueues } from '@click-recall/jobs';
import { createRedis } from '@click-recall/redis';
import { openHttpServer } from '@click-recall/runtime';
import { testServers } from '@click-recall/testing';
import { expect, it, onTestFinished } from 'vitest';
import { addDashboard, DASHBOARD_PATH, READ_ONLY_PATH } from './dashboard.js';
import { basic, openTestContext, PASSWORD, startTraining, VIEWER_PASSWORD } from './open-test-console.js';
import { addPasswordGate } from './password-gate.js';

const CHANGES = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

interface Change {
  readonly method: (typeof CHANGES)[number];
  readonly url: string;
}

/** The dashboard behind its gate, and every route of it that is not only for looking. */
async function openTestDashboard() {
  const opened = openTestContext();
  const { config, logger, namespace } = opened;
  const board = boardQueues({ redisUrl: config.redis.url, namespace, logger });
  onTestFinished(() => board.close());
  const { server } = await openHttpServer(opened.context, {
    config: { apiKeys: [], corsOrigins: [], rateLimit: 10_000, bodyLimitBytes: config.bodyLimitBytes },
  });
  const routes: Change[] = [];
  server.addHook('onRoute', ({ method, url }) => {
    const methods = [method].flat();
    routes.push(...CHANGES.filter((change) => methods.includes(change)).map((change) => ({ method: change, url })));
  });
  const gate = addPasswordGate(server, { adminPassword: PASSWORD, viewerPassword: VIEWER_PASSWORD });
  await addDashboard(server, board, gate);
  await server.ready();
  const redis = createRedis({ url: testServers().redisUrl, cluster: false, logger });
  onTestFinished(() => redis.quit());
  const state = async (): Promise<string> => {
    const keys = ((await redis.commands.call(['KEYS', `*${namespace}*`])) as string[]).toSorted();
    const values = await Promise.all(keys.map((key) => redis.commands.callBytes(['DUMP', key])));
    return JSON.stringify(keys.map((key, place) => [key, values[place]]));
  };
  return { ...opened, server, routes, state };
}

it('lets a viewer change nothing, by whatever route the dashboard has', async () => {
  const test = await openTestDashboard();
  const { id } = await startTraining(test);
  const fill = (url: string): string =>
    url
      .replace(':queueName', 'train')
      .replace(':jobId', id)
      .replace(':queueStatus', 'wait')
      .replace(':schedulerId', 'train');
  const send = ({ method, url }: Change, user: string, password: string) =>
    test.server.inject({
      method,
      url: fill(url),
      headers: { authorization: basic(user, password) },
      payload: { name: 'x', data: {}, jobData: {}, concurrency: 1, delay: 1, priority: 1 },
    });
  const before = await test.state();
  for (const prefix of [DASHBOARD_PATH, READ_ONLY_PATH]) {
    const routes = test.routes.filter(({ url }) => url.startsWith(`${prefix}/`));
    // Retry, delete, pause, promote, add and what else there is: should the library name them anew, this is to be looked at again.
    for (const what of ['retry', 'clean', 'pause', 'promote', 'add', 'empty', 'obliterate', 'update-data']) {
      expect(routes.some(({ url }) => url.includes(`/${what}`))).toBe(true);
    }
    for (const route of routes) {
      expect([route, (await send(route, 'viewer', VIEWER_PASSWORD)).statusCode]).toEqual([route, 403]);
    }
  }
  // The read-only one is so for the admin too.
  for (const route of test.routes.filter(({ url }) => url.startsWith(READ_ONLY_PATH))) {
    await send(route, 'admin', PASSWORD);
  }
  expect(await test.state()).toBe(before);
  const pause = await send({ method: 'PUT', url: `${DASHBOARD_PATH}/api/queues/:queueName/pause` }, 'admin', PASSWORD);
  expect(pause.statusCode).toBe(200);
  expect(await test.state()).not.toBe(before);
});
