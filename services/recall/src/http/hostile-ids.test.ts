import { HOSTILE_IDS, NO_IDS } from '@click-recall/testing';
import { expect, it } from 'vitest';
import { ITEMS, openTestRecall, type TestRecall } from '../open-test-recall.js';

/** Names and content of all that the pipeline keeps in the namespace; its queues left out, which change by themselves. */
async function state({ redis, namespace }: TestRecall): Promise<string> {
  const found = await Promise.all(redis.keyServers().map((server) => server.call(['KEYS', `${namespace}:*`])));
  const keys = (found as string[][]).flat().toSorted();
  const values = (await Promise.all(keys.map((key) => redis.commands.callBytes(['DUMP', key])))) as Buffer[];
  return keys.map((key, place) => `${key} ${values[place]?.toString('base64')}`).join('\n');
}

it('takes every id for what it is, and writes nothing when asked', { timeout: 60_000 }, async () => {
  const test = await openTestRecall({ env: { RATE_LIMIT: '0', LOG_LEVEL: 'trace' } });
  const items = [...ITEMS, ...HOSTILE_IDS];
  for (const [place, userId] of HOSTILE_IDS.entries()) await test.click(userId, HOSTILE_IDS.at(place - 1)!);
  await test.items.upsert(
    items.map((itemId) => ({ version: 1, itemId, title: itemId, categories: ['all', itemId.slice(0, 80)] })),
  );
  const version = await test.writeModel(1, HOSTILE_IDS, items);
  await test.activate(version);
  await test.start();
  const before = await state(test);

  for (const [place, id] of HOSTILE_IDS.entries()) {
    const path = encodeURIComponent(id);
    const ofUser = await test.get(`/v1/users/${path}/recommendations?limit=200`);
    expect(ofUser.body).toMatchObject({ userId: id, modelVersion: version, sequenceRevision: expect.any(Number) });
    // Every item but the one that the user has seen, by its own name.
    const unseen = items.filter((item) => item !== HOSTILE_IDS.at(place - 1));
    expect(ofUser.body.items.map(({ itemId }) => itemId).toSorted()).toEqual(unseen.toSorted());

    const category = encodeURIComponent(id.slice(0, 80));
    const ofCategory = await test.get(`/v1/users/nobody/recommendations?limit=200&category=${category}`);
    expect(ofCategory.status).toBe(200);
    expect((await test.get(`/v1/items/${path}/similar?limit=3`)).body).toMatchObject({
      itemId: id,
      modelVersion: version,
    });
    const users = await test.get(`/v1/items/${path}/users?limit=200`);
    expect(users.body.users.every(({ userId }) => HOSTILE_IDS.includes(userId))).toBe(true);
    expect(users.body.users.map(({ userId }) => userId)).not.toContain(
      HOSTILE_IDS.at((place + 1) % HOSTILE_IDS.length),
    );
  }
  expect((await test.post('/v1/recommendations', { itemIds: HOSTILE_IDS, category: '*' })).status).toBe(200);

  for (const id of NO_IDS) {
    const refused = await fetch(`${test.address()}/v1/recommendations`, {
      method: 'POST',
      body: `{"itemIds":[${id}]}`,
      headers: { 'content-type': 'application/json' },
    });
    expect([id.slice(0, 20), refused.status]).toEqual([id.slice(0, 20), 400]);
  }
  expect(await state(test)).toBe(before);
  const metrics = await (await fetch(`${test.address()}/metrics`)).text();
  expect(metrics).not.toMatch(/FLUSHALL|SHUTDOWN|passwd|jndi|__proto__|<script>|xxxxxxxx/);
  expect(test.lines.length).toBeGreaterThan(0);
  for (const line of test.lines) {
    expect(JSON.parse(line)).toMatchObject({ service: 'recall' });
    expect(line).toMatch(/^\{[^\0-\x1f]*\}\n$/);
  }
});
