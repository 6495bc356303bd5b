import { errorBodySchema } from '@click-recall/contracts';
import { fuzzHttp } from '@click-recall/testing';
import { expect, it } from 'vitest';
import { openTestRecall } from '../open-test-recall.js';

const checkError = (body: unknown): unknown => errorBodySchema.strict().parse(body);

it.each([
  ['without keys', {}, {}],
  ['with keys', { API_KEYS: 'read:reader-key' }, { 'x-api-key': 'reader-key' }],
])('answers whatever it is asked, and never with a failure of its own, %s', async (_what, env, headers) => {
  const test = await openTestRecall({ env: { RATE_LIMIT: '0', ...env } });
  await test.click('u', 'item-3');
  await test.activate(await test.writeModel(1, ['u']));
  await test.start();
  const statuses = await fuzzHttp({ address: test.address(), checkError, headers, seconds: 3 });
  expect(statuses.size).toBeGreaterThan(1);
  expect((await fetch(`${test.address()}/v1/users/u/recommendations`, { headers })).status).toBe(200);
});
