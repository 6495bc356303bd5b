import type { Activation, ModelRecord, ModelStatus } from '@click-recall/redis';
import { newVersionId } from '@click-recall/registry';
import { describe, expect, it } from 'vitest';
import { pruneVersions } from './prune-versions.js';

const DAY = 24 * 60 * 60 * 1000;
const now = Date.UTC(2030, 0, 10);

/** @param justWritten of the files; the others were two days ago */
function world(
  records: ModelRecord[],
  files: string[],
  live?: Partial<Activation>,
  building: string[] = [],
  justWritten: string[] = [],
) {
  const stored = new Set(files);
  const known = new Map(records.map((record) => [record.version, record]));
  return {
    stored,
    known,
    request: {
      registry: {
        list: async () => [...stored].sort(),
        writtenAt: async (version: string) => now - (justWritten.includes(version) ? 1_000 : 2 * DAY),
        remove: async (version: string) => void stored.delete(version),
      },
      models: {
        list: async () => [...known.values()].sort((a, b) => b.createdAt - a.createdAt),
        update: async (version: string, changes: Partial<ModelRecord>) => {
          const next = { ...known.get(version)!, ...changes };
          known.set(version, next);
          return next;
        },
        remove: async (version: string) => void known.delete(version),
      },
      activation: {
        read: async () => (live as Activation | undefined) ?? null,
        buildingVersions: async () => building,
      },
      now,
    },
  };
}

const record = (version: string, age: number, status: ModelStatus = 'retired'): ModelRecord => ({
  version,
  status,
  artifactUrl: `file:///${version}`,
  createdAt: now - age,
  config: {},
});

describe('pruning', () => {
  it('keeps the newest versions, the live one, the one before it and those being built', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const records = names.map((name, place) => record(name, place * 1000, name === 'f' ? 'live' : 'retired'));
    const { request, stored, known } = world(records, names, { encoder: 'f', previous: 'g' }, ['e']);
    expect(await pruneVersions({ ...request, keepVersions: 2, version: 'a' })).toEqual(['c', 'd']);
    expect([...stored]).toEqual(['a', 'b', 'e', 'f', 'g']);
    expect(known.get('c')).toMatchObject({ status: 'retired', artifactUrl: '' });
    expect(known.get('f')?.artifactUrl).not.toBe('');
  });

  it('leaves it to the embedder to say that an index is gone, and keeps the record until then', async () => {
    const indexed = { ...record('indexed', 300_000, 'ready'), lift: { items: 1, users: 1 } };
    const emptied = { ...record('emptied', 300_001), lift: { items: 1, users: 1 } };
    const many = Array.from({ length: 200 }, (_, place) => record(`v${place}`, place));
    const { request, known } = world([...many, indexed, emptied], ['indexed', 'emptied']);
    await pruneVersions({ ...request, keepVersions: 2, version: 'v0' });
    expect(known.get('indexed')).toEqual({ ...indexed, artifactUrl: '' });
    expect(known.has('emptied')).toBe(false);
  });

  it('does not let rejected versions push out good ones', async () => {
    const records = [
      record('good', 9000),
      ...['r1', 'r2', 'r3', 'r4'].map((name, place) => record(name, place * 1000, 'rejected')),
    ];
    const { request, stored, known } = world(
      records,
      records.map(({ version }) => version),
    );
    expect(await pruneVersions({ ...request, keepVersions: 2, version: 'r1' })).toEqual(['r3', 'r4']);
    expect(stored.has('good')).toBe(true);
    expect(known.get('r4')?.status).toBe('rejected');
  });

  it('removes what a trainer that died has written, but not what one writes now', async () => {
    const old = newVersionId(now - 2 * DAY);
    const fresh = newVersionId(now - 1000);
    const ofAnOldJob = newVersionId(now - 3 * DAY);
    const { request, stored } = world([], [old, fresh, ofAnOldJob], undefined, [], [fresh, ofAnOldJob]);
    expect(await pruneVersions({ ...request, keepVersions: 2, version: 'x' })).toEqual([old]);
    expect([...stored]).toEqual([fresh, ofAnOldJob]);
  });
});
