import { eventually } from '@click-recall/testing';
import { describe, expect, it } from 'vitest';
import { ITEMS, openTestRecall, type TestRecall } from '../open-test-recall.js';

/** Unseen items of a user by inner product with the version's own vectors: what an answer must be. */
async function exact(test: TestRecall, version: string, clicked: readonly string[], allowed = ITEMS) {
  const encoder = await test.openModel(version);
  const [vector] = await encoder.encode([clicked]);
  const matrix = encoder.itemVectors();
  return allowed
    .filter((itemId) => !clicked.includes(itemId))
    .map((itemId) => {
      const row = encoder.rowOf(itemId) ?? NaN;
      let score = 0;
      for (let d = 0; d < encoder.dim; d++) score += (vector?.[d] ?? NaN) * matrix[row * encoder.dim + d]!;
      return { itemId, score };
    })
    .toSorted((a, b) => b.score - a.score)
    .map(({ itemId }) => itemId);
}

describe('recommendations over HTTP', { timeout: 60_000 }, () => {
  it('are the nearest unseen items, with titles, of the category asked for', async () => {
    const test = await openTestRecall();
    for (const item of ['item-3', 'item-7', 'item-9']) await test.click('u', item);
    const revision = await test.click('u', 'item-11');
    const version = await test.writeModel(1, ['u']);
    await test.activate(version);
    const fantasy = ITEMS.filter((_, place) => place % 5 === 0);
    await test.items.upsert(
      ITEMS.map((itemId, place) => ({
        version: 1 as const,
        itemId,
        title: `Title ${place}`,
        categories: place % 5 === 0 ? ['fantasy', 'all'] : ['all'],
      })),
    );
    await test.start();

    const clicked = ['item-3', 'item-7', 'item-9', 'item-11'];
    const expected = await exact(test, version, clicked);
    const answer = await test.get('/v1/users/u/recommendations?limit=7');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ userId: 'u', modelVersion: version, sequenceRevision: revision });
    expect(answer.body.items.map(({ itemId }) => itemId)).toEqual(expected.slice(0, 7));
    expect(answer.body.items[0]).toMatchObject({ channel: 'nearest', title: `Title ${expected[0]?.slice(5)}` });
    expect((await test.get('/v1/users/u/recommendations')).body.items).toHaveLength(10);

    const ofCategory = await test.get('/v1/users/u/recommendations?limit=10&category=fantasy');
    const expectedFantasy = await exact(test, version, clicked, fantasy);
    expect(ofCategory.body.items.map(({ itemId }) => itemId)).toEqual(expectedFantasy.slice(0, 10));
    expect((await test.get('/v1/users/u/recommendations?category=none')).body.items).toEqual([]);
    // All unseen items there are.
    expect((await test.get('/v1/users/u/recommendations?limit=200')).body.items).toHaveLength(56);
  });

  it('are popular items, saying so, for a user nobody knows and before there is a model', async () => {
    const test = await openTestRecall();
    for (const user of ['a', 'b', 'c']) await test.click(user, 'item-1');
    for (const user of ['a', 'b']) await test.click(user, 'item-2');
    await test.click('c', 'new');
    const context = await test.start();
    const popular = [
      { itemId: 'item-1', score: 3, channel: 'popular' },
      { itemId: 'item-2', score: 2, channel: 'popular' },
      { itemId: 'new', score: 1, channel: 'popular' },
    ];
    const nobody = { userId: 'nobody', modelVersion: null, rankerVersion: null, sequenceRevision: null };
    expect((await test.get('/v1/users/nobody/recommendations')).body).toEqual({ ...nobody, items: popular });
    // c has seen item-1 and new.
    expect((await test.get('/v1/users/c/recommendations')).body.items).toEqual([popular[1]]);
    expect((await test.get('/readyz')).status).toBe(503);
    expect(context.health.report().dependencies['model']).toMatchObject({ state: 'down' });

    await test.activate(await test.writeModel(1, ['a']));
    await eventually(async () => expect((await test.get('/readyz')).status).toBe(200));
    expect((await test.get('/v1/users/nobody/recommendations')).body).toEqual({ ...nobody, items: popular });
    expect((await test.get('/v1/users/a/recommendations')).body.items[0]).toMatchObject({ channel: 'nearest' });
    // Known, with a vector to be made of nothing that the model has seen.
    await test.click('d', 'unheard of');
    expect((await test.get('/v1/users/d/recommendations')).body.items).toEqual(popular);
  });

  it('have popular items behind the nearest where those are too few', async () => {
    const test = await openTestRecall();
    const known = ITEMS.slice(0, 3);
    await test.click('u', 'item-0');
    for (const user of ['a', 'b']) await test.click(user, 'new');
    await test.activate(await test.writeModel(1, ['u'], known));
    await test.start();
    const { items } = (await test.get('/v1/users/u/recommendations?limit=5')).body;
    expect(items.map(({ channel }) => channel)).toEqual(['nearest', 'nearest', 'popular']);
    expect(items.at(-1)).toEqual({ itemId: 'new', score: 2, channel: 'popular' });
  });

  it('encode a session that is only in the request, and skip what the model has not seen', async () => {
    const test = await openTestRecall();
    const version = await test.writeModel();
    await test.activate(version);
    await test.start();
    const expected = await exact(test, version, ['item-4', 'item-5']);
    const answer = await test.post('/v1/recommendations', { itemIds: ['item-4', 'unheard of', 'item-5'], limit: 6 });
    expect(answer.body).toMatchObject({ userId: null, modelVersion: version, sequenceRevision: null });
    expect(answer.body.items.map(({ itemId }) => itemId)).toEqual(expected.slice(0, 6));
    expect((await test.post('/v1/recommendations', { itemIds: ['unheard of'] })).body).toMatchObject({
      modelVersion: null,
    });
    expect(await test.sequences.countUsers()).toBe(0);
  });

  it('are made of the live version whatever version a stored vector is of', async () => {
    const test = await openTestRecall();
    const revision = await test.click('u', 'item-3');
    const first = await test.writeModel(1, ['u']);
    const second = await test.writeModel(2);
    await test.activate(first);
    await test.start();
    const items = async () => (await test.get('/v1/users/u/recommendations')).body;
    expect((await items()).items.map(({ itemId }) => itemId)).toEqual(
      (await exact(test, first, ['item-3'])).slice(0, 10),
    );
    await test.activate(second);
    await eventually(async () => expect((await items()).modelVersion).toBe(second));
    expect((await items()).sequenceRevision).toBe(revision);
    expect((await items()).items.map(({ itemId }) => itemId)).toEqual(
      (await exact(test, second, ['item-3'])).slice(0, 10),
    );
  });

  it('leave a deleted item out within seconds', async () => {
    const test = await openTestRecall();
    await test.click('u', 'item-3');
    const version = await test.writeModel(1, ['u']);
    await test.activate(version);
    await test.start();
    const [best] = await exact(test, version, ['item-3']);
    const first = async () => (await test.get('/v1/users/u/recommendations')).body.items[0]?.itemId;
    expect(await first()).toBe(best);
    await test.publishItem({ itemId: best!, deleted: true });
    await eventually(async () => expect(await first()).not.toBe(best));
    expect((await test.get(`/v1/items/${best}/similar`)).status).toBe(404);
  });

  it('tell items like an item, and users to reach for it', async () => {
    const test = await openTestRecall();
    for (let user = 0; user < 30; user++) await test.click(`u${user}`, ITEMS[user]!);
    const users = Array.from({ length: 30 }, (_, user) => `u${user}`);
    const version = await test.writeModel(1, users);
    await test.activate(version);
    await test.items.upsert([{ version: 1, itemId: 'fresh', title: 'Fresh', categories: ['news'] }]);
    await test.items.upsert([{ version: 1, itemId: 'item-8', categories: ['news'] }]);
    await test.start();

    const similar = await test.get('/v1/items/item-5/similar?limit=5');
    expect(similar.body).toMatchObject({ itemId: 'item-5', modelVersion: version });
    expect(similar.body.items).toHaveLength(5);
    expect(similar.body.items.map(({ itemId }) => itemId)).not.toContain('item-5');

    const reached = await test.get('/v1/items/item-5/users?limit=29');
    expect(reached.body.users).toHaveLength(29);
    // u5 has seen it.
    expect(reached.body.users.map(({ userId }) => userId)).not.toContain('u5');
    expect(reached.body.users[0]!.score).toBeGreaterThan(reached.body.users[28]!.score);

    expect((await test.get('/v1/items/fresh/similar')).body).toMatchObject({
      modelVersion: null,
      items: [{ itemId: 'item-8', channel: 'popular' }],
    });
    expect(await test.get('/v1/items/fresh/users')).toMatchObject({
      status: 404,
      body: { error: { code: 'item-not-in-model' } },
    });
    for (const path of ['similar', 'users']) {
      expect(await test.get(`/v1/items/unheard%20of/${path}`)).toMatchObject({
        status: 404,
        body: { error: { code: 'unknown-item', field: 'itemId' } },
      });
    }
  });

  it('say that they are popular items where the index of the live version is gone', async () => {
    const test = await openTestRecall();
    for (const itemId of ITEMS.slice(0, 5)) await test.click('others', itemId);
    await test.click('u', 'item-3');
    const version = await test.writeModel(1, ['u']);
    await test.activate(version);
    await test.items.upsert([{ version: 1, itemId: 'item-5' }]);
    await test.start();
    expect((await test.get('/v1/items/item-5/similar')).body.modelVersion).toBe(version);
    await test.dropItemIndex(version);
    const answers = [
      await test.get('/v1/users/u/recommendations'),
      await test.post('/v1/recommendations', { itemIds: ['item-3'] }),
      await test.get('/v1/items/item-5/similar'),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body.items.length).toBeGreaterThan(0);
      expect(new Set(body.items.map(({ channel }) => channel))).toEqual(new Set(['popular']));
    }
    expect(answers[2]!.body.modelVersion).toBeNull();
  });

  it('refuse a bad request with the field', async () => {
    const test = await openTestRecall();
    await test.start();
    for (const limit of ['0', '201', '1.5', 'ten']) {
      expect(await test.get(`/v1/users/u/recommendations?limit=${limit}`)).toMatchObject({
        status: 400,
        body: { error: { field: 'limit' } },
      });
    }
    expect(await test.post('/v1/recommendations', { itemIds: [] })).toMatchObject({
      status: 400,
      body: { error: { field: 'itemIds' } },
    });
    expect(await test.get(`/v1/users/${'x'.repeat(513)}/recommendations`)).toMatchObject({
      status: 400,
      body: { error: { field: 'userId' } },
    });
    expect(await test.get('/v1/items/a/users')).toMatchObject({ status: 404 });
  });

  it('go on with the version before where the live one is damaged, while its index is there', async () => {
    const test = await openTestRecall({ graceMs: 1_500 });
    await test.click('u', 'item-3');
    const first = await test.writeModel(1, ['u']);
    const second = await test.writeModel(2, ['u']);
    await test.activate(first);
    const context = await test.start();
    await test.damageModel(second);
    await test.activate(second);
    const model = () => context.health.report().dependencies['model'];
    await eventually(() => expect(model()).toMatchObject({ state: 'down' }));
    expect((await test.get('/v1/users/u/recommendations')).body.modelVersion).toBe(first);
    // Its index may be empty by now, and half an answer is worse than none of this kind.
    await eventually(async () =>
      expect((await test.get('/v1/users/u/recommendations')).body).toMatchObject({ modelVersion: null }),
    );
  });
});
