import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consumeRecommendations, createClickPublisher } from '@click-recall/client';
import type { Recommendation } from '@click-recall/contracts';
import { eventually, randomNamespace, testServers } from '@click-recall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syntheticLog } from './click-log.js';
import { runScript, type Running } from './start-process.js';

interface RunState {
  readonly services: Record<string, string>;
}

interface Summary {
  readonly events: Record<'read' | 'published' | 'applied' | 'rejected' | 'droppedByCap', number>;
  readonly users: number;
  readonly items: number;
  readonly metrics: { hr10: number; ndcg10: number; popularity: { hr10: number } };
  readonly modelVersion: string;
  readonly recommendations: number;
  readonly indexRecall: number | null;
}

const log = syntheticLog();
const namespace = randomNamespace('e2e');
const servers = testServers();
const env = {
  NAMESPACE: namespace,
  KAFKA_BROKERS: servers.kafkaBrokers.join(','),
  REDIS_URL: servers.redisUrl,
  LOG_LEVEL: 'info',
};
let folder = '';
let args: string[] = [];
const running: Running[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'click-recall-e2e-'));
  await writeFile(join(folder, 'events.csv'), log.csv);
  await writeFile(join(folder, 'items.csv'), log.itemsCsv);
  args = [
    ...['--data', join(folder, 'data'), '--json', join(folder, 'summary.json')],
    ...['--events', join(folder, 'events.csv'), '--format', 'csv', '--user', 'visitor', '--item', 'sku'],
    ...['--timestamp', 'at', '--timestamp-unit', 'iso', '--type', 'kind', '--keep', 'VIEW,LIKE'],
    ...['--items', join(folder, 'items.csv'), '--item-id', 'sku', '--title', 'name', '--categories', 'classes'],
  ];
});

afterAll(async () => {
  for (const started of running) {
    if (started.child.exitCode === null) started.child.kill('SIGTERM');
    await started.ended();
  }
  await rm(folder, { recursive: true, force: true });
});

function start(...more: string[]): Running {
  const started = runScript('infra/start.mjs', [...args, ...more], env);
  running.push(started);
  return started;
}

const summary = async (): Promise<Summary> =>
  JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8')) as Summary;

describe('the pipeline as separate processes', () => {
  it('replays a log, trains, recommends to everybody, and ends', async () => {
    const once = start('--once', '--epochs', '12');
    expect(await once.ended(), once.output()).toBe(0);
    const found = await summary();
    expect(found.events).toEqual({
      read: log.rows + 2,
      published: log.rows,
      applied: log.rows,
      rejected: 2,
      droppedByCap: 0,
    });
    expect(found).toMatchObject({ users: log.users, items: log.items, recommendations: log.users });
    expect(found.indexRecall).toBeGreaterThanOrEqual(0.95);
    // Each walk is determined by its last two clicks, popularity knows nothing of it.
    expect(found.metrics.hr10).toBeGreaterThan(found.metrics.popularity.hr10);
    expect(once.output()).toContain('line 1922');
    expect(once.output()).toContain('Title, number');
  });

  it('continues from the stored state, answers a new click, and stops on SIGTERM', async () => {
    const before = await summary();
    const up = start();
    const services = await eventually(
      async () => {
        if (up.child.exitCode !== null) throw new Error(up.output());
        expect(up.output()).toContain('Reacting to new clicks');
        return (JSON.parse(await readFile(join(folder, 'data', 'run.json'), 'utf8')) as RunState).services;
      },
      { deadlineMs: 120_000 },
    );
    expect(await summary()).toMatchObject({
      events: before.events,
      modelVersion: before.modelVersion,
      indexRecall: before.indexRecall,
    });

    const received: Recommendation[] = [];
    const brokers = servers.kafkaBrokers;
    const consumer = await consumeRecommendations({
      brokers,
      namespace,
      groupId: randomNamespace('reader'),
      fromBeginning: true,
      onRecommendation: (recommendation) => {
        received.push(recommendation);
      },
    });
    const publisher = createClickPublisher({ brokers, namespace });
    try {
      const timestamp = Date.now();
      await publisher.publish({ eventId: 'fresh', userId: 'user 3', itemId: 'item-5', timestamp });
      const answer = await eventually(
        () =>
          received.find(
            ({ userId, cause }) => userId === 'user 3' && cause.kind === 'click' && cause.eventId === 'fresh',
          ) ?? false,
        { deadlineMs: 30_000 },
      );
      expect(answer.modelVersion).toBe(before.modelVersion);
      expect(answer.items.length).toBeGreaterThan(0);
      expect(answer.items.map(({ itemId }) => itemId)).not.toContain('item-5');
    } finally {
      await publisher.close();
      await consumer.close();
    }

    const url = `${services['recall']}/v1/users/${encodeURIComponent('user 3')}/recommendations?limit=5&category=Odd`;
    const http = (await (await fetch(url)).json()) as { items: { itemId: string; title: string; channel: string }[] };
    expect(http.items.length).toBeGreaterThan(0);
    for (const { itemId, title } of http.items) {
      expect(Number(itemId.slice('item-'.length)) % 2).toBe(1);
      expect(title).toBe(`Title, number ${itemId.slice('item-'.length)}`);
    }

    up.child.kill('SIGTERM');
    expect(await up.ended(), up.output()).toBe(0);
    await expect(fetch(`${services['recall']}/healthz`)).rejects.toThrow('fetch failed');
  });
});
