import type { ServiceContext } from '@click-recall/runtime';
import { eventually } from '@click-recall/testing';
import { describe, expect, it } from 'vitest';
import { ITEMS, openTestRecall, RANKED, type Answer, type TestRecall } from '../open-test-recall.js';

const CLICKED = ['item-3', 'item-7', 'item-9', 'item-11'];

/** A user of four clicks, a model, and a ranker of its own that is not live yet. */
async function setup() {
  const test = await openTestRecall();
  let revision = 0;
  for (const item of CLICKED) revision = await test.click('u', item);
  const version = await test.writeModel(1, ['u']);
  const ranker = await test.writeRanker(version);
  await test.activate(version);
  return { test, version, ranker, revision };
}

const idsOf = ({ items }: Answer['body']): string[] => items.map(({ itemId }) => itemId);

async function ask(test: TestRecall, query: string): Promise<Answer['body']> {
  const answer = await test.get(`/v1/users/u/recommendations?${query}`);
  expect(answer.status).toBe(200);
  return answer.body;
}

async function ranked(test: TestRecall, ranker: string): Promise<void> {
  await eventually(async () => expect((await ask(test, 'limit=1')).rankerVersion).toBe(ranker));
}

/** The ranker cannot be used, which is told. */
async function noted({ metrics }: ServiceContext, ranker: string): Promise<void> {
  const gauge = new RegExp(`live_ranker\\{version="${ranker}".*\\} 0`);
  await eventually(async () => expect((await metrics.scrape()).body).toMatch(gauge));
}

describe('a live ranker', { timeout: 60_000 }, () => {
  it('changes the order of what was recalled, and never adds a seen item', async () => {
    const { test, version, ranker, revision } = await setup();
    await test.start();
    const before = await ask(test, 'limit=10');
    expect(before).toMatchObject({ modelVersion: version, rankerVersion: null });
    expect(await test.activateRanker(version, ranker)).toBe('activated');
    await ranked(test, ranker);

    const recalled = await ask(test, `limit=${RANKED}&rank=false`);
    expect(recalled.rankerVersion).toBeNull();
    expect(recalled.items.every(({ rankScore }) => rankScore === undefined)).toBe(true);
    expect(idsOf(recalled).slice(0, 10)).toEqual(idsOf(before));

    const all = await ask(test, `limit=${RANKED}`);
    expect(all).toMatchObject({ modelVersion: version, rankerVersion: ranker, sequenceRevision: revision });
    // The same items, in another order.
    expect(new Set(idsOf(all))).toEqual(new Set(idsOf(recalled)));
    expect(idsOf(all)).not.toEqual(idsOf(recalled));
    expect(idsOf(all).filter((itemId) => CLICKED.includes(itemId))).toEqual([]);
    const scores = new Map(recalled.items.map(({ itemId, score }) => [itemId, score]));
    for (const { itemId, score, channel } of all.items) {
      expect(channel).toBe('nearest');
      expect(score).toBeCloseTo(scores.get(itemId)!, 5);
    }
    const rankScores = all.items.map(({ rankScore }) => rankScore!);
    expect(rankScores).toEqual(rankScores.toSorted((a, b) => b - a));
    // A shorter answer is the beginning of the longer one.
    expect(idsOf(await ask(test, 'limit=5'))).toEqual(idsOf(all).slice(0, 5));
    // Beyond the ranker's own list, all that was asked for.
    expect(idsOf(await ask(test, 'limit=200'))).toHaveLength(ITEMS.length - CLICKED.length);
    expect((await test.get('/v1/users/u/recommendations?rank=no')).status).toBe(400);
  });

  it('orders the items of a category, and popular ones stay behind', async () => {
    const { test, version, ranker } = await setup();
    for (const user of ['a', 'b']) await test.click(user, 'new');
    await test.items.upsert(
      ITEMS.concat('new').map((itemId, place) => ({
        version: 1 as const,
        itemId,
        categories: place % 5 === 0 ? ['rare'] : [],
      })),
    );
    await test.start();
    await test.activateRanker(version, ranker);
    await ranked(test, ranker);
    const { items } = await ask(test, 'limit=20&category=rare');
    expect(items.map(({ channel }) => channel)).toEqual([...Array<string>(12).fill('nearest'), 'popular']);
    expect(items.at(-1)).toEqual({ itemId: 'new', score: 2, channel: 'popular' });
    const recalled = await ask(test, 'limit=20&category=rare&rank=false');
    expect(new Set(idsOf(recalled))).toEqual(new Set(items.map(({ itemId }) => itemId)));
  });

  it('orders a session that is only in the request, and not where it says so', async () => {
    const { test, version, ranker } = await setup();
    await test.start();
    await test.activateRanker(version, ranker);
    await ranked(test, ranker);
    const session = { itemIds: CLICKED, limit: 10 };
    const { body } = await test.post('/v1/recommendations', session);
    expect(body.rankerVersion).toBe(ranker);
    // The same clicks in the same order as those of the user.
    expect(idsOf(body)).toEqual(idsOf(await ask(test, 'limit=10')));
    const unranked = (await test.post('/v1/recommendations', { ...session, rank: false })).body;
    expect(unranked.rankerVersion).toBeNull();
    expect(idsOf(unranked)).toEqual(idsOf(await ask(test, 'limit=10&rank=false')));
  });

  it('orders what is published on the topic, after a click and for everybody', async () => {
    const { test, version, ranker, revision } = await setup();
    await test.start();
    const published = await test.collectRecommendations();
    const encoder = await test.openModel(version);
    const vector = Array.from((await encoder.encode([CLICKED]))[0]!);
    const message = { userId: 'u', sequenceRevision: revision, modelVersion: version, vector };
    await test.publishVector(message);
    const before = await eventually(() => published[0]?.message ?? null);
    expect(before.rankerVersion).toBeNull();

    await test.activateRanker(version, ranker);
    await ranked(test, ranker);
    await test.publishVector(message);
    const after = await eventually(() => published[1]?.message ?? null);
    expect(after.rankerVersion).toBe(ranker);
    expect(after.recommendationId).not.toBe(before.recommendationId);
    const overHttp = await ask(test, 'limit=20');
    expect(after.items.map(({ itemId }) => itemId)).toEqual(idsOf(overHttp));
    expect(after.items.every(({ rankScore }) => rankScore !== undefined)).toBe(true);

    const cause = { kind: 'activation' as const };
    const id = await test.jobs.add('republish', { modelVersion: version, cause }, { id: ranker });
    expect((await test.jobs.waitFor('republish', id, { timeoutMs: 30_000 })).kind).toBe('completed');
    const everybody = await eventually(() => published[2]?.message ?? null);
    expect(everybody).toMatchObject({ rankerVersion: ranker, cause, recommendationId: after.recommendationId });
    expect(everybody.items.map(({ itemId }) => itemId)).toEqual(idsOf(overHttp));
  });

  it('is done without where it is damaged', async () => {
    const { test, version, ranker } = await setup();
    await test.damageRanker(ranker);
    const context = await test.start();
    const before = await ask(test, 'limit=10');
    await test.activateRanker(version, ranker);
    await noted(context, ranker);
    expect(await ask(test, 'limit=10')).toEqual(before);
    expect((await test.get('/readyz')).status).toBe(200);
    const another = await test.writeRanker(version, RANKED, 2);
    await test.activateRanker(version, another);
    await ranked(test, another);
  });

  it('ends with its encoder', async () => {
    const { test, version, ranker } = await setup();
    const context = await test.start();
    await test.activateRanker(version, ranker);
    await ranked(test, ranker);
    const next = await test.writeModel(2, ['u']);
    await test.activate(next);
    await eventually(async () => expect((await ask(test, 'limit=1')).modelVersion).toBe(next));
    expect(await ask(test, 'limit=10')).toMatchObject({ modelVersion: next, rankerVersion: null });
    // One that belongs to the encoder before, put there by hand.
    await test.activateRanker(next, ranker);
    await noted(context, ranker);
    expect(await ask(test, 'limit=10')).toMatchObject({ modelVersion: next, rankerVersion: null });
  });
});
