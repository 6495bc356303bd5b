import { eventually } from '@click-recall/testing';
import { describe, expect, it } from 'vitest';
import { ITEMS, openTestRecall, type TestRecall } from '../open-test-recall.js';

async function vectorOf(test: TestRecall, version: string, clicked: readonly string[]): Promise<number[]> {
  const encoder = await test.openModel(version);
  return Array.from((await encoder.encode([clicked]))[0] ?? []);
}

/** A recall with a live version, and its user `u`, who has clicked `item-3`. */
async function openWithClick() {
  const test = await openTestRecall();
  const revision = await test.click('u', 'item-3');
  const version = await test.writeModel(1, ['u']);
  await test.activate(version);
  await test.start();
  return { test, revision, version, published: await test.collectRecommendations() };
}

describe('recommendations on the topic', { timeout: 60_000 }, () => {
  it('answer each vector with the same items as HTTP, and carry an id that a repeat has as well', async () => {
    const { test, revision, version, published } = await openWithClick();
    const vector = { userId: 'u', sequenceRevision: revision, modelVersion: version };
    const values = await vectorOf(test, version, ['item-3']);
    await test.publishVector({ ...vector, vector: values });
    const first = await eventually(() => published[0]?.message ?? null);
    const overHttp = (await test.get('/v1/users/u/recommendations?limit=20')).body;
    expect(first).toMatchObject({
      userId: 'u',
      sequenceRevision: revision,
      modelVersion: version,
      cause: { kind: 'click', eventId: 'e' },
    });
    expect(first.items.map(({ itemId }) => itemId)).toEqual(overHttp.items.map(({ itemId }) => itemId));
    expect(first.items.map(({ itemId }) => itemId)).not.toContain('item-3');
    await test.publishVector({ ...vector, vector: values });
    const second = await eventually(() => published[1]?.message ?? null);
    expect(second.recommendationId).toBe(first.recommendationId);
    const next = await test.click('u', 'item-4');
    await test.publishVector({ ...vector, sequenceRevision: next, vector: values });
    const third = await eventually(() => published[2]?.message ?? null);
    expect(third.recommendationId).not.toBe(first.recommendationId);
  });

  it('take the live version where a vector is of another', async () => {
    const test = await openTestRecall();
    const revision = await test.click('u', 'item-3');
    const first = await test.writeModel(1, ['u']);
    const second = await test.writeModel(2);
    await test.activate(first);
    await test.start();
    const published = await test.collectRecommendations();
    await test.activate(second);
    const vector = await vectorOf(test, first, ['item-3']);
    await test.publishVector({ userId: 'u', sequenceRevision: revision, modelVersion: first, vector });
    const message = await eventually(() => published[0]?.message ?? null);
    expect(message.modelVersion).toBe(second);
    const overHttp = (await test.get('/v1/users/u/recommendations?limit=20')).body;
    expect(overHttp.modelVersion).toBe(second);
    expect(message.items.map(({ itemId }) => itemId)).toEqual(overHttp.items.map(({ itemId }) => itemId));
  });

  it.each([
    ['of another length', () => [1]],
    ['of numbers too large', (dim: number) => Array.from({ length: dim }, () => 1e300)],
    ['of zeros', (dim: number) => Array.from({ length: dim }, () => 0)],
  ])('take what is stored where a vector is %s', async (_what, damaged) => {
    const { test, revision, version, published } = await openWithClick();
    const { length } = await vectorOf(test, version, ['item-3']);
    await test.publishVector({
      userId: 'u',
      sequenceRevision: revision,
      modelVersion: version,
      vector: damaged(length),
    });
    const { message } = (await eventually(() => published[0] ?? null)) ?? {};
    const overHttp = (await test.get('/v1/users/u/recommendations?limit=20')).body;
    expect(message?.items.map(({ itemId }) => itemId)).toEqual(overHttp.items.map(({ itemId }) => itemId));
  });

  it('end with a tombstone for a user who was forgotten', async () => {
    const test = await openTestRecall();
    await test.activate(await test.writeModel());
    await test.start();
    const published = await test.collectRecommendations();
    await test.publishForgotten('u');
    expect(await eventually(() => published[0] ?? null)).toEqual({ userId: 'u', message: null });
  });

  it('are published for every user once after a switch', async () => {
    const test = await openTestRecall();
    const users = Array.from({ length: 150 }, (_, user) => `u${user}`);
    for (const [place, user] of users.entries()) await test.click(user, ITEMS[place % 60]!);
    await test.click('stranger', 'unheard of');
    const version = await test.writeModel(1, users.slice(0, 140));
    await test.activate(version);
    await test.start();
    const published = await test.collectRecommendations();
    const id = await test.jobs.add('republish', { modelVersion: version, cause: { kind: 'activation' } });
    const outcome = await test.jobs.waitFor('republish', id, { timeoutMs: 20_000, pollMs: 50 });
    expect(outcome).toMatchObject({ kind: 'completed', result: { modelVersion: version, users: 151, published: 150 } });
    await eventually(() => expect(published.length).toBeGreaterThanOrEqual(150));
    expect(published.map(({ userId }) => userId).toSorted()).toEqual(users.toSorted());
    for (const user of ['u7', 'u145']) {
      const message = published.find(({ userId }) => userId === user)?.message;
      const overHttp = (await test.get(`/v1/users/${user}/recommendations?limit=20`)).body;
      expect(message?.items.map(({ itemId }) => itemId)).toEqual(overHttp.items.map(({ itemId }) => itemId));
      expect(message?.cause).toEqual({ kind: 'activation' });
    }
  });

  it('are shared among all recalls where they are for every user, and still published once', async () => {
    const test = await openTestRecall();
    const users = Array.from({ length: 150 }, (_, user) => `u${user}`);
    for (const [place, user] of users.entries()) await test.click(user, ITEMS[place % 60]!);
    const version = await test.writeModel(1, users);
    await test.activate(version);
    const recalls = await Promise.all([test.start(), test.start()]);
    const published = await test.collectRecommendations();
    const id = await test.jobs.add('republish', { modelVersion: version, cause: { kind: 'activation' } });
    expect(await test.jobs.waitFor('republish', id, { timeoutMs: 20_000, pollMs: 50 })).toMatchObject({
      kind: 'completed',
      result: { users: 150, published: 150 },
    });
    await eventually(() => expect(published.length).toBeGreaterThanOrEqual(150));
    expect(published.map(({ userId }) => userId).toSorted()).toEqual(users.toSorted());
    const shares = await Promise.all(
      recalls.map(async ({ metrics }) => (await metrics.recommendationsPublished.get()).values[0]?.value ?? 0),
    );
    expect(shares[0]! + shares[1]!).toBe(150);
    expect(Math.min(...shares)).toBeGreaterThan(0);
  });

  it('are not published anew for a version that is no longer live', async () => {
    const test = await openTestRecall();
    await test.click('u', 'item-3');
    const first = await test.writeModel(1, ['u']);
    await test.activate(await test.writeModel(2, ['u']));
    await test.start();
    const id = await test.jobs.add('republish', { modelVersion: first, cause: { kind: 'activation' } });
    expect(await test.jobs.waitFor('republish', id, { timeoutMs: 20_000, pollMs: 50 })).toMatchObject({
      kind: 'completed',
      result: { modelVersion: first, published: 0 },
    });
  });

  it('are published anew for the users whose list held an item that is deleted, and for none who has seen it', async () => {
    const test = await openTestRecall();
    const users = Array.from({ length: 40 }, (_, user) => `u${user}`);
    for (const [place, user] of users.entries()) await test.click(user, ITEMS[place]!);
    await test.activate(await test.writeModel(1, users));
    await test.start();
    const before = new Map<string, string[]>();
    for (const user of users) {
      const { items } = (await test.get(`/v1/users/${user}/recommendations?limit=20`)).body;
      before.set(
        user,
        items.map(({ itemId }) => itemId),
      );
    }
    const deleted = before.get('u0')![4]!;
    const holders = users.filter((user) => before.get(user)?.includes(deleted));

    const published = await test.collectRecommendations();
    await test.publishItem({ itemId: deleted, deleted: true });
    const told = () => published.map(({ userId }) => userId);
    await eventually(() => expect(told()).toEqual(expect.arrayContaining(holders)), { deadlineMs: 25_000 });
    expect(told()).not.toContain(`u${ITEMS.indexOf(deleted)}`);
    expect(new Set(told()).size).toBe(told().length);
    for (const { userId, message } of published) {
      expect(message?.cause).toEqual({ kind: 'item-deleted', itemId: deleted });
      const expected = before.get(userId)?.filter((itemId) => itemId !== deleted);
      expect(message?.items.map(({ itemId }) => itemId).slice(0, expected?.length)).toEqual(expected);
    }
  });

  it('are published anew also where the item would not be in the list any more, since another has come back', async () => {
    const test = await openTestRecall();
    await test.click('u', ITEMS[0]!);
    await test.activate(await test.writeModel(1, ['u']));
    await test.start();
    const now = async (): Promise<string[]> =>
      (await test.get('/v1/users/u/recommendations?limit=20')).body.items.map(
        ({ itemId }: { readonly itemId: string }) => itemId,
      );
    const published = await test.collectRecommendations();
    const newest = () => published.at(-1)?.message?.items.map(({ itemId }) => itemId) ?? [];
    const [first] = await now();
    await test.publishItem({ itemId: first!, deleted: true });
    await eventually(() => expect(newest()).toHaveLength(20), { deadlineMs: 25_000 });
    const last = newest().at(-1)!;
    await test.publishItem({ itemId: first!, title: 'Again' });
    await eventually(async () => expect((await now())[0]).toBe(first));
    expect(await now()).not.toContain(last);
    await test.publishItem({ itemId: last, deleted: true });
    await eventually(() => expect(newest()).not.toContain(last), { deadlineMs: 25_000 });
    expect(newest()).toHaveLength(20);
  });
});
