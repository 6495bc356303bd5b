import { clicksAnswerSchema, errorBodySchema, MAX_EVENTS } from '@click-recall/contracts';
import { createSequenceStore } from '@click-recall/redis';
import { eventually } from '@click-recall/testing';
import { expect, it } from 'vitest';
import { openTestTopics, startTestIngest } from '../open-test-ingest.js';
import { openTestRedis } from '../open-test-redis.js';

async function openTest(env: Record<string, string> = {}) {
  const { redis, namespace } = await openTestRedis();
  const topics = await openTestTopics(namespace);
  const ingest = await startTestIngest(namespace, env);
  const post = async (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
    const response = await fetch(`${ingest.address}/v1/clicks`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: response.status, body: await response.json() };
  };
  const sequences = createSequenceStore(redis, { namespace, keep: 1000, seenKeep: 1000 });
  return { topics, ingest, post, sequences };
}

const click = (userId: string, index: number) => ({
  eventId: `e${index}`,
  userId,
  itemId: 'i',
  timestamp: 1_700_000_000_000 + index,
});
const jsonLines = { 'content-type': 'application/x-ndjson' };

it('takes one event, an array and JSON Lines, and they are applied', async () => {
  const { post, topics, sequences } = await openTest();
  expect(await post(JSON.stringify(click('u', 1)))).toEqual({
    status: 202,
    body: { accepted: 1, rejected: 0, errors: [] },
  });
  expect(await post(JSON.stringify([click('u', 2), click('u', 3)]))).toMatchObject({ body: { accepted: 2 } });
  const lines = [click('u', 4), click('v', 5)].map((event) => JSON.stringify(event)).join('\r\n');
  expect(await post(`${lines}\n\n`, jsonLines)).toMatchObject({ body: { accepted: 2 } });
  await topics.caughtUp('clicks');
  expect(await sequences.totals()).toMatchObject({ users: 2, applied: 5 });
});

it('accepts the good events of a request and tells of the others by their place', async () => {
  const { post, topics, sequences } = await openTest();
  const { status, body } = await post(
    JSON.stringify([click('u', 1), { ...click('u', 2), userId: 1.5 }, click('u', 3), 7]),
  );
  expect(status).toBe(202);
  expect(clicksAnswerSchema.parse(body)).toMatchObject({
    accepted: 2,
    rejected: 2,
    errors: [
      { index: 1, reason: 'unsafe-integer-id', field: 'userId' },
      { index: 3, reason: 'not-an-object' },
    ],
  });
  const lines = await post(`{"userId":\n${JSON.stringify(click('u', 4))}`, jsonLines);
  expect(lines.body).toMatchObject({ accepted: 1, errors: [{ index: 0, reason: 'not-json' }] });
  await topics.caughtUp('clicks');
  expect((await sequences.totals()).applied).toBe(3);
});

it('answers 400 with the field when no event can be accepted', async () => {
  const { post } = await openTest();
  const answer = await post(JSON.stringify({ userId: 'u', timestamp: 1_700_000_000_000 }));
  expect(answer.status).toBe(400);
  expect(errorBodySchema.parse(answer.body).error).toMatchObject({ code: 'missing-field', field: 'itemId' });
  for (const body of ['[]', '{', 'null', '"text"']) {
    const { status, body: error } = await post(body);
    expect([body, status]).toEqual([body, 400]);
    errorBodySchema.parse(error);
  }
  expect((await post('', jsonLines)).status).toBe(400);
});

it('answers 413 to too much', async () => {
  const { post } = await openTest({ BODY_LIMIT: '2000000' });
  const many = await post(JSON.stringify(Array.from({ length: MAX_EVENTS + 1 }, () => 0)));
  expect(many.status).toBe(413);
  expect((await post(JSON.stringify(click('u'.repeat(2_000_001), 1)))).status).toBe(413);
});

it('asks for the key where one is set', async () => {
  const { post } = await openTest({ API_KEYS: 'a-long-enough-key-of-this-test' });
  expect((await post(JSON.stringify(click('u', 1)))).status).toBe(401);
  expect((await post(JSON.stringify(click('u', 1)), { 'x-api-key': 'a-long-enough-key-of-this-test' })).status).toBe(
    202,
  );
});

it('lets a key that may publish add events, and only an admin’s erase a user', async () => {
  const { post, ingest } = await openTest({ API_KEYS: 'publish:publisher,read:reader-key,admin:operator' });
  const as = (key: string) => ({ 'x-api-key': key });
  const forget = JSON.stringify([click('u', 1), { userId: 'u', type: 'forget', timestamp: 1_700_000_000_000 }]);
  expect((await post(JSON.stringify(click('u', 1)), as('publisher'))).status).toBe(202);
  expect((await post(JSON.stringify(click('u', 1)), as('reader-key'))).status).toBe(403);
  const refused = await post(forget, as('publisher'));
  expect(refused.status).toBe(403);
  expect(errorBodySchema.parse(refused.body).error).toMatchObject({ code: 'forbidden' });
  expect((await post(forget, as('operator'))).status).toBe(202);
  const erase = (key: string) =>
    fetch(`${ingest.address}/v1/users/u`, { method: 'DELETE', headers: as(key) }).then(({ status }) => status);
  expect([await erase('publisher'), await erase('reader-key'), await erase('operator')]).toEqual([403, 403, 202]);
});

it('takes no bytes for an id that are no UTF-8, which would make two ids one', async () => {
  const { post } = await openTest();
  const event = (id: string) => `{"userId":"${id}","itemId":"i","timestamp":1700000000000}`;
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
  expect((await post(bytes(event('\xff')))).status).toBe(400);
  const lines = await post(bytes(`${event('a')}\n${event('\xfe')}\n${event('b')}`), jsonLines);
  expect(lines.body).toMatchObject({ accepted: 2, errors: [{ index: 1, reason: 'not-json' }] });
});

it('answers 400 to an event nested too deep to be published', async () => {
  const { post } = await openTest();
  const context = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
  const event = `{"userId":"u","itemId":"i","timestamp":1700000000000,"context":${context}}`;
  for (const headers of [{}, jsonLines]) {
    const answer = await post(event, headers);
    expect([answer.status, errorBodySchema.parse(answer.body).error.code]).toEqual([400, 'invalid-value']);
  }
});

it('forgets a user, in order with what was published before', async () => {
  const { post, topics, sequences, ingest } = await openTest();
  await post(JSON.stringify([click('gone user', 1), click('stays', 2)]));
  const response = await fetch(`${ingest.address}/v1/users/${encodeURIComponent('gone user')}`, { method: 'DELETE' });
  expect([response.status, await response.json()]).toEqual([202, { userId: 'gone user' }]);
  await topics.caughtUp('clicks');
  await eventually(async () => expect(await sequences.recentUsers(10)).toEqual(['stays']));
  const tooLong = await fetch(`${ingest.address}/v1/users/${'x'.repeat(513)}`, { method: 'DELETE' });
  expect(tooLong.status).toBe(400);
});

it('describes itself', async () => {
  const { ingest } = await openTest();
  const openapi = (await (await fetch(`${ingest.address}/openapi.json`)).json()) as { paths: Record<string, unknown> };
  expect(Object.keys(openapi.paths).toSorted()).toEqual(['/v1/clicks', '/v1/users/{userId}']);
  await eventually(async () => expect((await fetch(`${ingest.address}/readyz`)).status).toBe(200));
});
