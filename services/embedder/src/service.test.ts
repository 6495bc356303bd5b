import { eventually } from '@click-recall/testing';
import type { Metrics } from '@click-recall/contracts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ITEMS, openTestEmbedder, type TestEmbedder } from './open-test-embedder.js';

const figures = { hr10: 0, ndcg10: 0 };
const METRICS: Metrics = {
  ...figures,
  popularity: figures,
  markov: figures,
  validationNdcg10: 0,
  loss: 1,
  epochs: 1,
  users: 1,
  items: 1,
  clicks: 1,
};

/** The vector that a version gives to the user's sequence as it is now. */
async function expectedVector(test: TestEmbedder, version: string, userId: string): Promise<Float32Array | undefined> {
  const { encoder } = await test.openModel(version);
  const [sequence] = await test.sequences.read([userId]);
  return (await encoder.encode([(sequence?.events ?? []).map(({ itemId }) => itemId)]))[0];
}

function expectClose(actual: Float32Array | undefined, expected: Float32Array | undefined): void {
  expect(actual).toHaveLength(expected?.length ?? -1);
  actual?.forEach((value, place) => expect(value).toBeCloseTo(expected?.[place] ?? NaN, 3));
}

async function vectorOf(test: TestEmbedder, version: string, userId: string) {
  return (await test.userVectors.get(version, [userId]))[0];
}

describe('the embedder', { timeout: 60_000 }, () => {
  it('builds a version, switches to it, and from then on each click gives the user a vector', async () => {
    const test = await openTestEmbedder();
    for (let user = 0; user < 30; user++) await test.click(`u${user}`, ITEMS[user]!);
    const version = await test.writeModel();
    await test.start();
    const published = await test.collectVectors();

    expect(await test.switchTo(version)).toMatchObject({ kind: 'completed', result: { previous: null } });
    expect(await test.activations.read()).toMatchObject({ encoder: version, index: version, previous: null });
    expect(await test.activations.buildingVersions()).toEqual([]);
    expect((await test.models.get(version))?.status).toBe('live');
    const { spaces } = await test.openModel(version);
    expect(await test.index.count(spaces.items)).toBe(ITEMS.length);
    expect(await test.index.count(spaces.users)).toBe(30);
    expectClose((await vectorOf(test, version, 'u3'))?.vector, await expectedVector(test, version, 'u3'));

    const revision = await test.click('u3', ITEMS[20]!);
    const { message } = await eventually(
      () => published.find((entry) => entry.userId === 'u3' && entry.message?.sequenceRevision === revision) ?? null,
    );
    expect(message).toMatchObject({ modelVersion: version, cause: { kind: 'click' } });
    const stored = await vectorOf(test, version, 'u3');
    expect(stored?.revision).toBe(revision);
    expect(stored?.vector).toEqual(Float32Array.from(message?.vector ?? []));
    expectClose(stored?.vector, await expectedVector(test, version, 'u3'));
    await eventually(async () =>
      expectClose((await test.index.vectors(spaces.users, ['u3']))[0], await expectedVector(test, version, 'u3')),
    );
  });

  it('misses no click that comes while a version is built', async () => {
    const test = await openTestEmbedder();
    const users = Array.from({ length: 20 }, (_, user) => `u${user}`);
    for (const user of users) await test.click(user, ITEMS[0]!);
    await test.start();
    const first = await test.writeModel(1);
    expect(await test.switchTo(first)).toMatchObject({ kind: 'completed' });

    const second = await test.writeModel(2);
    const clicks = new Map<string, number>();
    let clicking = true;
    const stream = (async () => {
      for (let step = 0; clicking; step++) {
        const user = users[step % users.length]!;
        clicks.set(user, await test.click(user, ITEMS[1 + (step % 30)]!));
      }
    })();
    const switched = await test.switchTo(second);
    clicking = false;
    await stream;
    expect(switched).toMatchObject({ kind: 'completed', result: { modelVersion: second, previous: first } });
    expect(clicks.size).toBe(20);

    const { spaces } = await test.openModel(second);
    await eventually(async () => {
      for (const user of users) {
        const stored = await vectorOf(test, second, user);
        expect(stored?.revision).toBe(clicks.get(user));
        expectClose(stored?.vector, await expectedVector(test, second, user));
        expectClose((await test.index.vectors(spaces.users, [user]))[0], stored?.vector);
      }
    });
    expect(await test.index.count(spaces.users)).toBe(20);
  });

  it('publishes vectors of the live version only', async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    await test.start();
    const first = await test.writeModel(1);
    await test.switchTo(first);
    const second = await test.writeModel(2);
    await test.models.update(second, { lift: { items: 10, users: 10 } });
    await test.activations.addBuilding(second);
    const published = await test.collectVectors();
    const revision = await test.click('u', ITEMS[1]!);
    await eventually(() => published.some(({ message }) => message?.sequenceRevision === revision));
    expect((await eventually(async () => (await vectorOf(test, second, 'u')) ?? null)).revision).toBe(revision);
    expect(new Set(published.map(({ message }) => message?.modelVersion))).toEqual(new Set([first]));
  });

  it('forgets a user in every version, and says so', async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    await test.click('other', ITEMS[1]!);
    await test.start();
    const first = await test.writeModel(1);
    await test.switchTo(first);
    const second = await test.writeModel(2);
    await test.switchTo(second);
    const published = await test.collectVectors();

    await test.forget('u');
    await eventually(() => published.some(({ userId, message }) => userId === 'u' && message === null));
    for (const version of [first, second]) {
      const { spaces } = await test.openModel(version);
      expect(await vectorOf(test, version, 'u')).toBeUndefined();
      expect(await test.index.vectors(spaces.users, ['u'])).toEqual([undefined]);
      expect(await vectorOf(test, version, 'other')).toBeDefined();
    }
    const revision = await test.click('u', ITEMS[2]!);
    await eventually(async () => expect((await vectorOf(test, second, 'u'))?.revision).toBe(revision));
  });

  it('has no vector for a user of whose items the model knows none', async () => {
    const test = await openTestEmbedder();
    await test.click('old', ITEMS[0]!);
    await test.click('new', 'unheard of');
    await test.start();
    const published = await test.collectVectors();
    const version = await test.writeModel();
    expect(await test.switchTo(version)).toMatchObject({ kind: 'completed' });
    const { spaces } = await test.openModel(version);
    expect((await vectorOf(test, version, 'new'))?.vector).toHaveLength(0);
    expect(await test.index.count(spaces.users)).toBe(1);

    await test.click('new', 'unheard of as well');
    const revision = await test.click('new', ITEMS[5]!);
    await eventually(() => published.some(({ userId }) => userId === 'new'));
    expect(published.find(({ userId }) => userId === 'new')?.message?.sequenceRevision).toBe(revision);
    expect(await test.index.count(spaces.users)).toBe(2);
  });

  it('fails the job of a damaged or unknown model with the reason, and the live version stays', async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    await test.start();
    const first = await test.writeModel(1);
    await test.switchTo(first);
    const damaged = await test.writeModel(2);
    await test.damageModel(damaged);

    expect(await test.switchTo(damaged)).toMatchObject({ kind: 'failed', failure: { code: 'damaged-model' } });
    expect(await test.switchTo('20260101T000000000Z-000000')).toMatchObject({
      kind: 'failed',
      failure: { code: 'unknown-model' },
    });
    expect(await test.activations.readWithBuilding()).toMatchObject({ activation: { encoder: first }, building: [] });
    const revision = await test.click('u', ITEMS[1]!);
    await eventually(async () => expect((await vectorOf(test, first, 'u'))?.revision).toBe(revision));
  });

  it('starts with a damaged live model, and switches to another one although clicks wait for it', async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    const before = await test.start();
    const good = await test.writeModel(1);
    await test.switchTo(good);
    const damaged = await test.writeModel(2);
    await test.switchTo(damaged);
    await before.stop();

    await test.damageModel(damaged);
    const revision = await test.click('u', ITEMS[1]!);
    const { context } = await test.start();
    expect(context.health.report().dependencies).toMatchObject({
      model: { state: 'down', reason: expect.stringContaining('damaged') as string },
    });
    expect(await test.switchTo(good)).toMatchObject({ kind: 'completed', result: { previous: damaged } });
    expect((await vectorOf(test, good, 'u'))?.revision).toBe(revision);
    await eventually(() => expect(context.health.report().dependencies).toMatchObject({ model: { state: 'up' } }));
  });

  it('retires the version before after the grace time, and a rollback brings it back with all clicks since', async () => {
    const test = await openTestEmbedder({ graceMs: 100 });
    for (const user of ['a', 'b', 'c']) await test.click(user, ITEMS[0]!);
    await test.start();
    const first = await test.writeModel(1);
    await test.switchTo(first);
    const second = await test.writeModel(2);
    await test.switchTo(second);
    const { spaces } = await test.openModel(first);
    await eventually(async () => expect((await test.models.get(first))?.status).toBe('retired'));
    expect(await test.index.count(spaces.items)).toBe(0);
    expect(await test.index.count(spaces.users)).toBe(0);
    expect(await vectorOf(test, first, 'a')).toBeUndefined();
    expect((await test.models.get(second))?.status).toBe('live');

    const revision = await test.click('a', ITEMS[7]!);
    expect(await test.switchTo(first)).toMatchObject({ kind: 'completed', result: { previous: second } });
    expect(await test.index.count(spaces.items)).toBe(ITEMS.length);
    expect(await test.index.count(spaces.users)).toBe(3);
    expect((await vectorOf(test, first, 'a'))?.revision).toBe(revision);
    expectClose((await vectorOf(test, first, 'a'))?.vector, await expectedVector(test, first, 'a'));
  });

  it('lets a rollback win over a training that began before it, and a trained version go live only where it was compared', async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    await test.start();
    const old = await test.writeModel(1);
    await test.switchTo(old);
    const bad = await test.writeModel(2);
    await test.switchTo(bad);
    let meanwhile: (() => Promise<unknown>) | undefined = () => test.switchTo(old);
    const worker = test.jobs.worker('train', async () => {
      const replaces = (await test.activations.read())!.encoder;
      const modelVersion = await test.writeModel(3);
      await test.models.update(modelVersion, { replaces });
      const act = meanwhile;
      meanwhile = undefined;
      await act?.();
      return { modelVersion, metrics: METRICS, seconds: 0 };
    });
    onTestFinished(() => worker.close());

    const training = await test.jobs.startTraining({ reason: 'manual' });
    const refused = await test.jobs.waitFor('activate', training.id, { timeoutMs: 25_000, pollMs: 50 });
    expect(refused).toMatchObject({ kind: 'failed', failure: { code: 'overtaken' } });
    expect(await test.activations.readWithBuilding()).toMatchObject({ activation: { encoder: old }, building: [] });

    const next = await test.jobs.startTraining({ reason: 'manual' });
    expect(next.started).toBe(true);
    const done = await test.jobs.waitFor('activate', next.id, { timeoutMs: 25_000, pollMs: 50 });
    expect(done).toMatchObject({ kind: 'completed', result: { previous: old } });
  });

  it('refuses to switch to a trained version whose index was built before a rollback', async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    await test.start();
    const old = await test.writeModel(1);
    await test.switchTo(old);
    const bad = await test.writeModel(2);
    await test.switchTo(bad);
    const trained = await test.writeModel(3);
    await test.models.update(trained, { replaces: bad });
    const worker = test.jobs.worker('train', async () => ({ modelVersion: trained, metrics: METRICS, seconds: 0 }));
    onTestFinished(() => worker.close());

    await test.jobs.pause('activate');
    const { id } = await test.jobs.startTraining({ reason: 'manual' });
    await test.jobs.waitFor('embed', id, { timeoutMs: 25_000, pollMs: 50 });
    const rollback = await test.jobs.startRollback(old);
    await test.jobs.waitFor('embed', rollback.id, { timeoutMs: 25_000, pollMs: 50 });
    // What the rollback's own job does; in the queue it would come second.
    const live = (await test.activations.read())!;
    await test.activations.compareAndSet(bad, { ...live, encoder: old, index: old, vocabulary: old, previous: bad });
    await test.jobs.resume('activate');
    expect(await test.jobs.waitFor('activate', id, { timeoutMs: 25_000, pollMs: 50 })).toMatchObject({
      kind: 'failed',
      failure: { code: 'overtaken' },
    });
    expect((await test.jobs.waitFor('activate', rollback.id, { timeoutMs: 25_000, pollMs: 50 })).kind).toBe(
      'completed',
    );
    expect(await test.activations.readWithBuilding()).toMatchObject({ activation: { encoder: old }, building: [] });
  });

  it('goes by the activation where a record says otherwise', async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    await test.start();
    const first = await test.writeModel(1);
    await test.switchTo(first);
    const second = await test.writeModel(2);
    await test.switchTo(second);
    expect((await test.models.get(first))?.status).toBe('ready');
    // A process that ended between the switch and the record.
    await test.models.update(first, { status: 'live' });
    expect(await test.switchTo(first)).toMatchObject({ kind: 'completed', result: { previous: second } });
    expect((await test.models.get(first))?.status).toBe('live');
    expect((await test.models.get(second))?.status).toBe('ready');
  });

  it('encodes for a rollback only the users whose sequence changed', async () => {
    const test = await openTestEmbedder();
    for (const user of ['a', 'b', 'c']) await test.click(user, ITEMS[0]!);
    const { context } = await test.start();
    const first = await test.writeModel(1);
    await test.switchTo(first);
    await test.switchTo(await test.writeModel(2));
    await test.click('a', ITEMS[7]!);
    const encoded = async () => (await context.metrics.vectorsWritten.get()).values;
    const count = async (kind: string) => (await encoded()).find(({ labels }) => labels.kind === kind)?.value ?? 0;
    // The click itself, under the second version.
    await eventually(async () => expect(await count('users')).toBe(7));
    const items = await count('items');
    expect(await test.switchTo(first)).toMatchObject({ kind: 'completed' });
    expect(await count('users')).toBe(8);
    expect(await count('items')).toBe(items);
  });

  it('mends an index of users that a build left with a forgotten user in it, whoever is missing besides', async () => {
    const test = await openTestEmbedder();
    for (const user of ['a', 'b', 'c']) await test.click(user, ITEMS[0]!);
    await test.start();
    const version = await test.writeModel();
    await test.switchTo(version);
    const { spaces } = await test.openModel(version);
    const [vector] = await test.index.vectors(spaces.users, ['a']);
    // The second time as many as there should be.
    for (const missing of [['a', 'b'], ['a']]) {
      await test.index.upsert(spaces.users, [{ id: 'forgotten', vector: vector! }]);
      await test.index.remove(spaces.users, missing);
      const id = await test.jobs.add('embed', { modelVersion: version });
      const ended = await test.jobs.waitFor('embed', id, { timeoutMs: 25_000, pollMs: 50 });
      expect(ended).toMatchObject({ kind: 'completed' });
      const found = await test.index.search(spaces.users, vector!, { limit: 9 });
      expect(found.map((match) => match.id).toSorted()).toEqual(['a', 'b', 'c']);
    }
  });

  it('builds the live version by the lift that is live, and another one anew, where the record was lost and made again', async () => {
    const test = await openTestEmbedder();
    for (const user of ['a', 'b']) await test.click(user, ITEMS[0]!);
    await test.start();
    const version = await test.writeModel(1);
    const { lift: _, ...bare } = (await test.models.get(version))!;
    const lift = { items: 500, users: 500, shards: 1 };
    await test.models.save({ ...bare, lift });
    expect(await test.switchTo(version)).toMatchObject({ kind: 'completed' });
    expect((await test.activations.read())?.lift).toEqual(lift);

    await test.models.save({ ...bare, status: 'retired' });
    const id = await test.jobs.add('embed', { modelVersion: version });
    await test.jobs.waitFor('embed', id, { timeoutMs: 25_000, pollMs: 50 });
    expect(await test.models.get(version)).toMatchObject({ status: 'live', lift });

    await test.switchTo(await test.writeModel(2));
    await test.models.save({ ...bare, status: 'retired' });
    expect(await test.switchTo(version)).toMatchObject({ kind: 'completed' });
    const { spaces } = await test.openModel(version);
    expect(spaces.users.maxNorm).not.toBe(500);
    for (const [space, count] of [
      [spaces.users, 2],
      [spaces.items, ITEMS.length],
    ] as const) {
      expect(await test.index.count(space)).toBe(count);
      const query = Float32Array.from({ length: space.dim }, () => 1);
      for (const { id: found, score } of await test.index.search(space, query, { limit: 99 })) {
        const [vector] = await test.index.vectors(space, [found]);
        expect(score).toBeCloseTo(
          vector!.reduce((sum, value) => sum + value, 0),
          2,
        );
      }
    }
  });

  it('gives up a build that no job stands behind', async () => {
    const test = await openTestEmbedder({ graceMs: 100 });
    await test.activations.addBuilding('20260101T000000000Z-000000');
    await test.start();
    await eventually(async () => expect(await test.activations.buildingVersions()).toEqual([]));
  });

  it('shares the users among several embedders', async () => {
    const test = await openTestEmbedder();
    const users = Array.from({ length: 20 }, (_, user) => `u${user}`);
    for (const user of users) await test.click(user, ITEMS[0]!);
    await Promise.all([test.start(), test.start()]);
    const version = await test.writeModel();
    expect(await test.switchTo(version)).toMatchObject({ kind: 'completed' });
    const revisions = await Promise.all(users.map((user, place) => test.click(user, ITEMS[place]!)));
    await eventually(async () => expect(await test.userVectors.revisions(version, users)).toEqual(revisions));
  });

  it('sends what is no update to dead-letters, and goes on', async () => {
    const test = await openTestEmbedder();
    await test.click('u', ITEMS[0]!);
    const { context } = await test.start();
    const version = await test.writeModel();
    await test.switchTo(version);
    await test.publisher.publish(test.updatesTopic, [
      { key: 'u', value: 'no JSON' },
      { key: 'u', value: '{"version":1,"userId":"u"}' },
    ]);
    const revision = await test.click('u', ITEMS[1]!);
    await eventually(async () => expect((await vectorOf(test, version, 'u'))?.revision).toBe(revision));
    const letters = (await context.metrics.deadLetters.get()).values;
    expect(letters.map(({ labels, value }) => [labels.reason, value])).toEqual([
      ['not-json', 1],
      ['missing-field', 1],
    ]);
  });
});
