import { isRetriable } from '@click-recall/runtime';
import { eventually, randomNamespace } from '@click-recall/testing';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { createJobs } from './create-jobs.js';
import { cleanups, silent, testRedis } from './open-test-jobs.js';

const { redisUrl, redisCluster } = testRedis();

it.skipIf(redisCluster)('a job that is added while the password is another may be added again later', async () => {
  const admin = new Redis(redisUrl);
  cleanups.push(async () => admin.disconnect());
  const [namespace, user] = [randomNamespace('jobs'), randomNamespace('user')];
  await admin.acl('SETUSER', user, 'on', '>before', 'allkeys', 'allchannels', '+@all');
  cleanups.push(async () => void (await admin.acl('DELUSER', user)));
  const url = Object.assign(new URL(redisUrl), { username: user, password: 'before' });
  const jobs = createJobs({ redisUrl: url.href, namespace, logger: silent });
  cleanups.push(() => jobs.close());
  await jobs.ping();

  await admin.acl('SETUSER', user, 'resetpass', '>after');
  await admin.client('KILL', 'USER', user);

  const errors: unknown[] = [];
  // One that is under way when the connection goes may also hear nothing.
  await eventually(async () => {
    errors.push(await jobs.add('evaluate', { modelVersion: 'v1' }).catch((thrown: unknown) => thrown));
    return String(errors.at(-1)).includes('WRONGPASS');
  });
  expect(errors.map(isRetriable)).not.toContain(false);
});
