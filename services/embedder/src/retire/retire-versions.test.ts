import type { QueueCounts } from '@click-recall/jobs';
import type { Activation, ModelRecord, ModelStatus } from '@click-recall/redis';
import { createLogger } from '@click-recall/runtime';
import { createExactIndex } from '@click-recall/vector-index';
import { describe, expect, it } from 'vitest';
import { spacesOfRecord } from '../spaces-of-record.js';
import { createRetireVersions } from './retire-versions.js';

const GRACE_MS = 1_000;
const idle = { waiting: 0, 'waiting-children': 0, delayed: 0, active: 0, completed: 0, failed: 0, paused: false };

interface World {
  readonly statuses: Readonly<Record<string, ModelStatus>>;
  readonly live?: string;
  readonly previous?: string;
  readonly embed?: Partial<QueueCounts['embed']>;
  /** Since the last switch, ms. */
  readonly age?: number;
}

/** Every version has an index of one item and one user. */
async function setup({ statuses, live, previous, embed, age = 2 * GRACE_MS }: World) {
  const index = createExactIndex();
  const records = new Map<string, ModelRecord>();
  const building = new Set<string>();
  const newItems = new Map<string, number>();
  /** What is dropped, in order. */
  const dropped: string[] = [];
  for (const [version, status] of Object.entries(statuses)) {
    const config = { encoder: { dim: 1 } };
    const lift = { items: 2, users: 2 };
    const record = { version, status, artifactUrl: 'file:///x', createdAt: 0, config, lift };
    records.set(version, record);
    const spaces = spacesOfRecord(record)!;
    for (const space of [spaces.items, spaces.users])
      await index.upsert(space, [{ id: 'x', vector: Float32Array.of(1) }]);
  }
  const activation = live === undefined ? null : ({ encoder: live, previous, activatedAt: 0 } as unknown as Activation);
  const counts = { embed: { ...idle, ...embed }, activate: idle } as QueueCounts;
  const retire = createRetireVersions({
    models: {
      list: async () => [...records.values()],
      update: async (version, changes) => {
        const changed = { ...records.get(version)!, ...changes };
        records.set(version, changed);
        return changed;
      },
    },
    activations: {
      readWithBuilding: async () => ({ activation, building: [...building] }),
      removeBuilding: async (version) => void building.delete(version),
    },
    jobs: { counts: async () => counts },
    sequences: {
      async *listUsers() {
        yield ['x'];
      },
    },
    userVectors: {
      async drop(_, users) {
        for await (const slice of users) expect(slice).toEqual(['x']);
      },
    },
    coldVectors: {
      count: async (version) => newItems.get(version) ?? 0,
      drop: async (version) => {
        dropped.push(`new items of ${version}`);
        newItems.delete(version);
      },
    },
    index: {
      count: (space) => index.count(space),
      drop: (space) => {
        dropped.push(`${space.kind} of ${space.version}`);
        return index.drop(space);
      },
    },
    graceMs: GRACE_MS,
    logger: createLogger({ service: 'test', level: 'silent' }),
    now: () => age,
  });
  const left = async (version: string): Promise<number> => {
    const { items, users } = spacesOfRecord(records.get(version)!)!;
    return (await index.count(items)) + (await index.count(users));
  };
  return { retire, left, records, newItems, dropped };
}

describe('retiring', () => {
  it('empties what is neither live nor was before within the grace time', async () => {
    const statuses = { old: 'ready', before: 'ready', now: 'live' } as const;
    const world = { statuses, live: 'now', previous: 'before' };
    const { retire, left, records } = await setup({ ...world, age: GRACE_MS - 1 });
    expect(await retire()).toEqual(['old']);
    expect([await left('old'), await left('before'), await left('now')]).toEqual([0, 2, 2]);
    expect(records.get('old')?.status).toBe('retired');
    const later = await setup(world);
    expect(await later.retire()).toEqual(['old', 'before']);
  });

  it('goes by the index that is there, whatever the record says', async () => {
    const { retire, left, records } = await setup({
      statuses: { crashed: 'live', pruned: 'retired', now: 'live' },
      live: 'now',
    });
    expect(await retire()).toEqual(['crashed', 'pruned']);
    expect([await left('crashed'), await left('pruned'), await left('now')]).toEqual([0, 0, 2]);
    expect(records.get('crashed')?.status).toBe('retired');
    expect(await retire()).toEqual([]);
  });

  it('goes by the new items as well, which a writer that was a moment behind may have left', async () => {
    const statuses = { old: 'ready', now: 'live' } as const;
    const { retire, newItems } = await setup({ statuses, live: 'now' });
    newItems.set('now', 2);
    expect(await retire()).toEqual(['old']);
    newItems.set('old', 1);
    expect(await retire()).toEqual(['old']);
    expect([...newItems]).toEqual([['now', 2]]);
  });

  it('never leaves behind that a new item is in the index when it is not', async () => {
    const { retire, dropped } = await setup({ statuses: { old: 'ready', now: 'live' }, live: 'now' });
    await retire();
    expect(dropped).toEqual(['new items of old', 'items of old', 'users of old']);
  });

  it.each(['waiting', 'delayed', 'active'] as const)('leaves everything alone while a build is %s', async (state) => {
    const { retire, left } = await setup({
      statuses: { half: 'written', now: 'live' },
      live: 'now',
      embed: { [state]: 1 },
    });
    expect(await retire()).toEqual([]);
    expect(await left('half')).toBe(2);
  });

  it('does not wait for a training', async () => {
    const { retire } = await setup({
      statuses: { old: 'ready', now: 'live' },
      live: 'now',
      embed: { 'waiting-children': 1 },
    });
    expect(await retire()).toEqual(['old']);
  });

  it('leaves everything alone while nobody says what is live: the activation may have been lost', async () => {
    const { retire, left } = await setup({ statuses: { lost: 'live', old: 'ready' } });
    expect(await retire()).toEqual([]);
    expect([await left('lost'), await left('old')]).toEqual([2, 2]);
  });
});
