import { errorBodySchema } from '@click-recall/contracts';
import { fuzzHttp } from '@click-recall/testing';
import { expect, it } from 'vitest';
import { openTestTopics, startTestIngest } from '../open-test-ingest.js';
import { openTestRedis } from '../open-test-redis.js';

const checkError = (body: unknown): unknown => errorBodySchema.strict().parse(body);

it.each([
  ['without keys', {}, {}],
  ['with keys', { API_KEYS: 'publish:publisher' }, { 'x-api-key': 'publisher' }],
])('answers whatever it is sent, and never with a failure of its own, %s', async (_what, env, headers) => {
  const { namespace } = await openTestRedis();
  await openTestTopics(namespace);
  const { address } = await startTestIngest(namespace, { RATE_LIMIT: '0', ...env });
  const statuses = await fuzzHttp({ address, checkError, headers, seconds: 3 });
  expect(statuses.size).toBeGreaterThan(1);
  const good = await fetch(`${address}/v1/clicks`, {
    method: 'POST',
    body: JSON.stringify({ userId: 'u', itemId: 'i', timestamp: 1_700_000_000_000 }),
    headers: { 'content-type': 'application/json', ...headers },
  });
  expect(good.status).toBe(202);
});
