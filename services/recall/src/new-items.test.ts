import { eventually } from '@click-recall/testing';
import { describe, expect, it } from 'vitest';
import { ITEMS, openTestRecall, type TestRecall } from './open-test-recall.js';

/** The vector of an item of the model, a little longer: whoever is near to that is nearer to this. */
async function like(test: TestRecall, version: string, itemId: string): Promise<Float32Array> {
  const encoder = await test.openModel(version);
  const row = encoder.rowOf(itemId)!;
  return encoder
    .itemVectors()
    .slice(row * encoder.dim, (row + 1) * encoder.dim)
    .map((value) => value * 1.2);
}

const itemsOf = async (test: TestRecall, path: string) => (await test.get(path)).body.items;

async function republish(test: TestRecall, version: string): Promise<void> {
  const id = await test.jobs.add('republish', { modelVersion: version, cause: { kind: 'activation' } });
  const outcome = await test.jobs.waitFor('republish', id, { timeoutMs: 20_000, pollMs: 50 });
  expect(outcome).toMatchObject({ kind: 'completed' });
}

/** One user, a live model, and a new item that is like the user's nearest one. */
async function withNewItem(users: readonly string[] = ['u']) {
  const test = await openTestRecall();
  for (const [place, user] of users.entries()) await test.click(user, ITEMS[place]!);
  const version = await test.writeModel(1, users);
  await test.activate(version, version);
  await test.start();
  const [best] = await itemsOf(test, '/v1/users/u/recommendations?limit=1');
  expect(best?.channel).toBe('nearest');
  const vector = await like(test, version, best!.itemId);
  await test.publishItem({ itemId: 'fresh', title: 'Fresh', categories: ['new'] });
  await test.addNewItem(version, 'fresh', vector);
  return { test, version, best: best!.itemId };
}

describe('an item that the model has not seen', { timeout: 60_000 }, () => {
  it('is recommended by its vector, and says so', async () => {
    const { test, best } = await withNewItem();
    const items = await itemsOf(test, '/v1/users/u/recommendations?limit=2');
    expect(items).toMatchObject([
      { itemId: 'fresh', channel: 'new', title: 'Fresh' },
      { itemId: best, channel: 'nearest' },
    ]);
    const byCategory = await itemsOf(test, '/v1/users/u/recommendations?limit=2&category=new');
    expect(byCategory.map(({ itemId }) => itemId)).toEqual(['fresh']);
    const session = await test.post('/v1/recommendations', { itemIds: [ITEMS[0]], limit: 1 });
    expect(session.body.items).toMatchObject([{ itemId: 'fresh', channel: 'new' }]);
    // All there is, however many are asked for.
    expect(await itemsOf(test, '/v1/users/u/recommendations?limit=200')).toHaveLength(ITEMS.length);
  });

  it('has similar items and users to reach', async () => {
    const { test, best } = await withNewItem();
    const similar = await test.get('/v1/items/fresh/similar?limit=3');
    expect(similar.status).toBe(200);
    expect(similar.body.modelVersion).not.toBeNull();
    expect(similar.body.items.every(({ channel }) => channel === 'nearest')).toBe(true);
    const toBest = await itemsOf(test, `/v1/items/${best}/similar?limit=60`);
    expect(toBest).toContainEqual(expect.objectContaining({ itemId: 'fresh', channel: 'new' }));
    const users = await test.get('/v1/items/fresh/users');
    expect(users.body.users.map(({ userId }) => userId)).toEqual(['u']);
  });

  it('is not recommended to those who have seen it', async () => {
    const { test, version } = await withNewItem();
    const revision = await test.click('u', 'fresh');
    const items = await itemsOf(test, '/v1/users/u/recommendations?limit=200');
    expect(items.map(({ itemId }) => itemId)).not.toContain('fresh');
    const published = await test.collectRecommendations();
    await republish(test, version);
    const { message } = await eventually(() => published[0] ?? null);
    expect(message?.sequenceRevision).toBeLessThanOrEqual(revision);
    expect(message?.items.map(({ itemId }) => itemId)).not.toContain('fresh');
  });

  it('is in the lists of everybody that are published after a switch, as over HTTP', async () => {
    const users = ['u', ...Array.from({ length: 20 }, (_, user) => `u${user}`)];
    const { test, version } = await withNewItem(users);
    const published = await test.collectRecommendations();
    await republish(test, version);
    await eventually(() => expect(published).toHaveLength(users.length));
    for (const { userId, message } of published) {
      const overHttp = await itemsOf(test, `/v1/users/${userId}/recommendations?limit=20`);
      expect(message?.items.map(({ itemId, channel }) => [itemId, channel])).toEqual(
        overHttp.map(({ itemId, channel }) => [itemId, channel]),
      );
    }
    expect(published.find(({ userId }) => userId === 'u')?.message?.items[0]).toMatchObject({
      itemId: 'fresh',
      channel: 'new',
    });
  });

  it('is in no answer after its deletion, and lists that held it are published anew', async () => {
    const users = ['u', ...Array.from({ length: 30 }, (_, user) => `u${user}`)];
    const { test, version } = await withNewItem(users);
    const lists = await Promise.all(users.map((user) => itemsOf(test, `/v1/users/${user}/recommendations?limit=20`)));
    const holders = users.filter((_, place) => lists[place]?.some(({ itemId }) => itemId === 'fresh'));
    expect(holders).not.toHaveLength(0);
    const published = await test.collectRecommendations();

    await test.publishItem({ itemId: 'fresh', title: 'Fresh', deleted: true });
    await test.removeNewItem(version, 'fresh');
    const told = () => published.map(({ userId }) => userId);
    await eventually(() => expect(told()).toEqual(expect.arrayContaining(holders)), { deadlineMs: 25_000 });
    expect(new Set(told()).size).toBe(told().length);
    for (const { message } of published) {
      expect(message?.cause).toEqual({ kind: 'item-deleted', itemId: 'fresh' });
      expect(message?.items.map(({ itemId }) => itemId)).not.toContain('fresh');
    }
    expect((await itemsOf(test, '/v1/users/u/recommendations?limit=200')).map(({ itemId }) => itemId)).not.toContain(
      'fresh',
    );
    expect((await test.get('/v1/items/fresh/similar')).status).toBe(404);
    expect((await test.get('/v1/items/fresh/users')).status).toBe(404);
  });
});
