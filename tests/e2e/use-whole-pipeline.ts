import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClickPublisher } from '@click-recall/client';
import { openPipeline } from '@click-recall/infra';
import { createLogger, loadConfig } from '@click-recall/runtime';
import { eventually } from '@click-recall/testing';
import { expect } from 'vitest';
import { syntheticLog } from './click-log.js';
import type { WholePipeline, WholePipelineOptions } from './whole-pipeline.js';

interface Model {
  readonly version: string;
  readonly live: boolean;
}

interface Answer {
  readonly items: readonly { readonly itemId: string; readonly channel: string }[];
  readonly modelVersion: string;
}

/** Somebody who has nothing to do but click once and be forgotten; not an id that is part of another one's name. */
const LEAVER = 'somebody-who-leaves';

/**
 * Uses everything that keeps state in Redis, once: clicks and items in, two trainings, recommendations, a rollback, an export, a ranker,
 * a deleted item, a forgotten user.
 */
export async function useWholePipeline(
  { cli, urls }: WholePipeline,
  { folder, namespace, kafkaBrokers, redisOf }: WholePipelineOptions,
): Promise<{ readonly leaver: string }> {
  const log = syntheticLog();
  await writeFile(join(folder, 'events.csv'), log.csv);
  await writeFile(join(folder, 'items.csv'), log.itemsCsv);
  const pipeline = openPipeline(
    loadConfig({ NAMESPACE: namespace, KAFKA_BROKERS: kafkaBrokers.join(','), ...redisOf('cli') }),
    'test',
    createLogger({ service: 'test', level: 'silent' }),
  );
  const publisher = createClickPublisher({ brokers: [...kafkaBrokers], namespace });
  try {
    const file = ['--file', join(folder, 'events.csv'), '--user', 'visitor', '--item', 'sku', '--timestamp', 'at'];
    const items = [
      '--items',
      join(folder, 'items.csv'),
      '--item-id',
      'sku',
      '--title',
      'name',
      '--categories',
      'classes',
    ];
    await cli('publish', ...file, '--timestamp-unit', 'iso', '--type', 'kind', ...items);
    await publisher.publish({ eventId: 'once', userId: LEAVER, itemId: 'item-1', timestamp: Date.now() });
    await eventually(async () => expect((await pipeline.sequences.totals()).applied).toBe(log.rows + 1), SLOW);

    // Each walk is determined by its last two clicks, so the first is better than what is popular, and the second no worse.
    await cli('train', '--epochs', '8', '--wait');
    await cli('train', '--epochs', '12', '--wait');
    const [second, first] = (await cli('models')) as Model[];
    expect([second?.live, first?.live]).toEqual([true, false]);
    const answer = await eventually(async () => {
      const found = await recommended(urls.recall, 'user 3');
      expect(found).toMatchObject({ modelVersion: second?.version });
      return found;
    }, SLOW);
    expect(answer.items.length).toBeGreaterThan(0);
    const users = await fetch(`${urls.recall}/v1/items/item-5/users`);
    expect(((await users.json()) as { users: unknown[] }).users.length).toBeGreaterThan(0);

    await cli('rollback', first?.version ?? '', '--wait');
    await eventually(
      async () => expect(await recommended(urls.recall, 'user 3')).toMatchObject({ modelVersion: first?.version }),
      SLOW,
    );
    expect(await cli('embed')).toMatchObject({
      items: expect.any(Number) as number,
      users: expect.any(Number) as number,
    });
    await cli('export', '--npz', join(folder, 'vectors.npz'));
    // Whether the gate lets it through is chance; that it was trained is not.
    await cli('train-ranker', '--wait').catch((error: unknown) => expect(String(error)).toContain('no ranker: '));
    await cli('status');

    const before = await recommended(urls.recall, 'user 3');
    const gone = before.items[0]?.itemId ?? '';
    await publisher.publishItem({ itemId: gone, deleted: true });
    await eventually(async () => {
      const after = await recommended(urls.recall, 'user 3');
      expect(after.items.map(({ itemId }) => itemId)).not.toContain(gone);
    }, SLOW);

    expect((await recommended(urls.recall, LEAVER)).items[0]?.channel).not.toBe('popular');
    expect((await fetch(`${urls.ingest}/v1/users/${LEAVER}`, { method: 'DELETE' })).ok).toBe(true);
    await eventually(async () => {
      expect((await recommended(urls.recall, LEAVER)).items[0]?.channel).toBe('popular');
      expect(await pipeline.sequences.revisions([LEAVER])).toEqual([0]);
    }, SLOW);
    return { leaver: LEAVER };
  } finally {
    await publisher.close();
    await pipeline.close();
  }
}

const SLOW = { deadlineMs: 60_000, everyMs: 100 };

async function recommended(recall: string, userId: string): Promise<Answer> {
  const answer = await fetch(`${recall}/v1/users/${encodeURIComponent(userId)}/recommendations?limit=10`);
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Answer;
}
