import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClickPublisher, type ClickPublisher } from '@click-recall/client';
import { eventually, randomNamespace, testServers } from '@click-recall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runScript, type Running } from './start-process.js';
import { twoTastes } from './two-tastes.js';

interface Answer {
  readonly items: { readonly itemId: string; readonly channel: string; readonly title?: string }[];
  readonly users: { readonly userId: string }[];
}

const log = twoTastes();
const namespace = randomNamespace('new-items');
const servers = testServers();
const env = {
  NAMESPACE: namespace,
  KAFKA_BROKERS: servers.kafkaBrokers.join(','),
  REDIS_URL: servers.redisUrl,
  LOG_LEVEL: 'info',
};
const FRESH = 'nobody-has-clicked-it';
let folder = '';
let up: Running;
let recall = '';
let publisher: ClickPublisher;

async function get(path: string): Promise<{ status: number; body: Answer }> {
  const answer = await fetch(`${recall}${path}`);
  return { status: answer.status, body: (await answer.json()) as Answer };
}

/** The place of the new item among all that is recommended to a user, from 0; -1 where it is not. */
async function placeFor(userId: string): Promise<number> {
  const path = `/v1/users/${encodeURIComponent(userId)}/recommendations?limit=200&rank=false`;
  const { items } = (await get(path)).body;
  expect(items.filter(({ channel }) => channel === 'new').every(({ itemId }) => itemId === FRESH)).toBe(true);
  return items.findIndex(({ itemId, channel }) => itemId === FRESH && channel === 'new');
}

/** The same of five users of a taste, with Infinity where it is not. */
async function placesOf(taste: 'garden' | 'harbour'): Promise<number[]> {
  const places = await Promise.all([1, 2, 3, 4, 5].map((user) => placeFor(`${taste} ${user}`)));
  return places.map((place) => (place === -1 ? Infinity : place));
}

/** Unseen items of one's own taste: a new one of it belongs among them. */
const OWN = log.items - log.clicks;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'click-recall-new-items-'));
  await writeFile(join(folder, 'events.csv'), log.csv);
  await writeFile(join(folder, 'items.csv'), log.itemsCsv);
  const training = { epochs: 30, batchSize: 32, learningRate: 0.005 };
  const model = { encoder: { sequenceLength: 24, dim: 32, layers: 1 }, training };
  await writeFile(join(folder, 'model.json'), JSON.stringify(model));
  up = runScript(
    'infra/start.mjs',
    [
      ...['--data', join(folder, 'data'), '--events', join(folder, 'events.csv'), '--format', 'csv', '--user', 'user'],
      ...['--item', 'item', '--timestamp', 'at', '--timestamp-unit', 'iso'],
      ...['--items', join(folder, 'items.csv'), '--item-id', 'item', '--title', 'title'],
    ],
    { ...env, MODEL_CONFIG: join(folder, 'model.json') },
  );
  recall = await eventually(
    async () => {
      if (up.child.exitCode !== null) throw new Error(up.output());
      if (!up.output().includes('Reacting to new clicks')) return false;
      const state = JSON.parse(await readFile(join(folder, 'data', 'run.json'), 'utf8')) as {
        services: Record<string, string>;
      };
      return state.services['recall']!;
    },
    { deadlineMs: 240_000 },
  );
  publisher = createClickPublisher({ brokers: servers.kafkaBrokers, namespace });
});

afterAll(async () => {
  await publisher?.close();
  up.child.kill('SIGTERM');
  await up.ended();
  await rm(folder, { recursive: true, force: true });
});

describe('a new item', () => {
  it('described by its title alone is recalled for users of like taste', async () => {
    expect(await placeFor('garden 1')).toBe(-1);
    await publisher.publishItem({ itemId: FRESH, title: 'Fern rose tulip' });
    await eventually(async () => expect(await placeFor('garden 1')).toBeGreaterThanOrEqual(0));
    const liking = await placesOf('garden');
    expect(Math.max(...liking)).toBeLessThanOrEqual(OWN);
    expect(Math.min(...(await placesOf('harbour')))).toBeGreaterThan(Math.max(...liking));
    const similar = (await get(`/v1/items/${FRESH}/similar?limit=20`)).body.items;
    expect(similar.filter(({ itemId }) => itemId.startsWith('garden')).length).toBeGreaterThan(15);
    const users = (await get(`/v1/items/${FRESH}/users?limit=20`)).body.users;
    expect(users.filter(({ userId }) => userId.startsWith('garden')).length).toBeGreaterThan(15);
  });

  it('is recalled for others with another title', async () => {
    await publisher.publishItem({ itemId: FRESH, title: 'Anchor tide keel' });
    await eventually(async () => {
      const liking = await placesOf('harbour');
      expect(Math.max(...liking)).toBeLessThanOrEqual(OWN);
      expect(Math.min(...(await placesOf('garden')))).toBeGreaterThan(Math.max(...liking));
    });
  });

  it('is in no answer once it is deleted', async () => {
    await publisher.publishItem({ itemId: FRESH, title: 'Anchor tide keel', deleted: true });
    await eventually(async () => expect(await placeFor('harbour 1')).toBe(-1), { deadlineMs: 10_000 });
    for (const path of ['similar', 'users']) {
      await eventually(async () => expect((await get(`/v1/items/${FRESH}/${path}`)).status).toBe(404));
    }
  });
});
