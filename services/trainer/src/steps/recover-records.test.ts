import type { Activation, ModelRecord } from '@click-recall/redis';
import { describe, expect, it } from 'vitest';
import { recoverRecords } from './recover-records.js';

const OLD = '20300109T113000123Z-ab12cd';
const OLDER = '20300108T113000123Z-ab12cd';
const YOUNG = '20300109T235959500Z-ab12cd';
/** Of a job that has waited and trained for hours. */
const JUST_WRITTEN = '20300109T113000124Z-ab12cd';
const now = Date.UTC(2030, 0, 10);
/** When the versions were written, ms before `now`; those not named, an hour. */
const AGES = new Map([
  [YOUNG, 500],
  [JUST_WRITTEN, 500],
]);
const scores = { hr10: 0.2, ndcg10: 0.1 };
const metrics = {
  ...{ ...scores, popularity: scores, markov: scores },
  ...{ validationNdcg10: 0.1, loss: 2.5, epochs: 3, users: 4, items: 5, clicks: 6 },
};

const LIFT = { items: 1.5, users: 2.5, shards: 4 };

function world(versions: readonly string[], files: Record<string, unknown>, records: readonly ModelRecord[] = []) {
  const saved = new Map(records.map((record) => [record.version, record]));
  const unreadable: string[] = [];
  const active: { encoder?: string } = {};
  const unlisted = new Set<string>();
  const run = (later = 0) =>
    recoverRecords({
      registry: {
        list: async () => [...versions],
        writtenAt: async (version) => now - (AGES.get(version) ?? 3_600_000),
        readFile: async (version, file) => {
          const content = files[`${version}/${file}`] ?? files[file];
          if (content === undefined) throw new Error(`${version} is damaged`);
          return Buffer.from(JSON.stringify(content));
        },
      },
      registryUrl: 'file:///models',
      models: {
        list: async () => [...saved.values()].filter(({ version }) => !unlisted.has(version)),
        get: async (version) => saved.get(version),
        save: async (record) => void saved.set(record.version, record),
        enlist: async ({ version }) => void unlisted.delete(version),
      },
      activation: { read: async () => (active.encoder ? ({ ...active, lift: LIFT } as Activation) : null) },
      now: now + later,
      onUnreadable: (version, reason) => void unreadable.push(`${version}: ${reason}`),
    });
  return { saved, unlisted, unreadable, active, run };
}

describe('records that Redis has lost', () => {
  const files = {
    'settings.json': { encoder: { dim: 8 }, start: { from: OLDER } },
    'metrics.json': { ...metrics, curve: [], gate: { passed: true, message: 'good' } },
  };

  it('are made of the files again, so that there is something to roll back to', async () => {
    const { saved, run } = world([OLD], files);
    expect(await run()).toEqual([OLD]);
    expect(saved.get(OLD)).toEqual({
      version: OLD,
      status: 'retired',
      artifactUrl: `file:///models/${OLD}`,
      createdAt: Date.UTC(2030, 0, 9, 11, 30, 0, 123),
      config: files['settings.json'],
      metrics,
      parent: OLDER,
    });
    expect(await run()).toEqual([]);
  });

  it('name the index of the version that is live, which a Cluster may have kept', async () => {
    const gate = { passed: false, code: 'gate-rejected', message: 'NDCG@10 fell' };
    const { saved, active, run } = world([OLDER, OLD], { ...files, [`${OLD}/metrics.json`]: { ...metrics, gate } });
    // By hand, although the gate had said no.
    active.encoder = OLD;
    expect(await run()).toEqual([OLDER, OLD]);
    expect(saved.get(OLD)).toMatchObject({ status: 'live', lift: LIFT, config: files['settings.json'] });
    expect(saved.get(OLDER)).toMatchObject({ status: 'retired' });
    expect(saved.get(OLDER)?.lift).toBeUndefined();
  });

  it('stay rejected where the gate said so', async () => {
    const gate = { passed: false, code: 'gate-rejected', message: 'NDCG@10 fell' };
    const { saved, run } = world([OLD], { ...files, 'metrics.json': { ...metrics, gate } });
    await run();
    expect(saved.get(OLD)).toMatchObject({ status: 'rejected', reason: 'gate-rejected: NDCG@10 fell' });
  });

  it('are left alone where they are there, or the version is just being written', async () => {
    const there: ModelRecord = { version: OLD, status: 'live', artifactUrl: 'x', createdAt: 1, config: {} };
    const { saved, run } = world([OLD, YOUNG], files, [there]);
    expect(await run()).toEqual([]);
    expect([...saved.values()]).toEqual([there]);
  });

  it('are named in the list again where only that was lost, and stay what they were', async () => {
    const there: ModelRecord = { version: OLD, status: 'ready', artifactUrl: 'x', createdAt: 1, config: {} };
    const { saved, unlisted, run } = world([OLD], files, [there]);
    unlisted.add(OLD);
    await run();
    expect([...unlisted]).toEqual([]);
    expect([...saved.values()]).toEqual([there]);
  });

  it('are left alone for a minute after the writing, however old the job is that the version has its id of', async () => {
    const { saved, run } = world([JUST_WRITTEN], files);
    expect(await run()).toEqual([]);
    expect(saved.size).toBe(0);
    expect(await run(60_000)).toEqual([JUST_WRITTEN]);
  });

  it('are told about where the files cannot be read, and the others go on', async () => {
    const { 'settings.json': _, ...rest } = files;
    const { unreadable, run } = world([OLDER, OLD], { ...rest, [`${OLD}/settings.json`]: files['settings.json'] });
    expect(await run()).toEqual([OLD]);
    expect(unreadable).toEqual([`${OLDER}: ${OLDER} is damaged`]);
  });
});
