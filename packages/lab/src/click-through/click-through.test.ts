import type { Dataset } from '@click-recall/datasets';
import { ModelConfigError } from '@click-recall/model';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ExperimentRequest } from '../experiment-kind.js';
import { dcn, fm } from '../experiments/dcn.js';
import { protocolSchema } from '../protocol/protocol.js';
import { agreement, inQuantiles } from './agreement.js';
import { clickBaselines } from './click-baselines.js';
import { clickColumns, fieldSchema } from './click-columns.js';
import { clickRows } from './click-rows.js';
import { randomSplit, type ClickSettings } from './click-settings.js';
import { alikeShare, nearbyShare } from './label-shares.js';

const hour = 3_600_000;

/** Users 0 to 29 like items of their own parity: 1 to 20, one an hour. */
function parities(): Dataset {
  const [users, items, ratings, times] = [[], [], [], []] as number[][] as [number[], number[], number[], number[]];
  for (let user = 0; user < 30; user++) {
    for (let item = 1; item <= 20; item++) {
      users.push(user);
      items.push(item);
      ratings.push(user % 2 === item % 2 ? 5 : 2);
      times.push((20 * user + item) * hour);
    }
  }
  return {
    name: 'parities',
    userIds: Array.from({ length: 30 }, (_, user) => `u${user}`),
    itemIds: Array.from({ length: 20 }, (_, item) => `i${item + 1}`),
    interactions: {
      users: Int32Array.from(users),
      items: Int32Array.from(items),
      ratings: Float32Array.from(ratings),
      times: Float64Array.from(times),
    },
    users: Array.from({ length: 30 }, (_, user) => ({ age: String(20 + user) })),
    items: Array.from({ length: 20 }, (_, item) => ({
      title: '',
      categories: item % 2 === 0 ? ['odd'] : ['even', 'second'],
      fields: { year: '1995' },
    })),
    fingerprint: 'parities',
  };
}

const given = protocolSchema.parse({ kind: 'random-split', positiveRating: 4 });
const sampled = protocolSchema.parse({ kind: 'random-split' });

describe('columns of a click model', () => {
  const data = parities();
  const rows = Int32Array.from({ length: 600 }, (_, row) => row);
  const labels = data.interactions.ratings!.map((rating) => (rating >= 4 ? 1 : 0));

  function values(spec: object, row: number, train = rows): readonly string[] {
    return clickColumns(data, [fieldSchema.parse(spec)], { train, labels })[0]!.valuesOf(row);
  }

  it('say what an interaction is made of', () => {
    expect(values({ of: 'user' }, 21)).toEqual(['1']);
    expect(values({ of: 'item' }, 21)).toEqual(['2']);
    expect(values({ of: 'user.age', step: 5 }, 21)).toEqual(['20']);
    expect(values({ of: 'item.year', prefix: 3 }, 21)).toEqual(['199']);
    expect(values({ of: 'categories', slots: 2 }, 21)).toEqual(['even', 'second']);
    expect(values({ of: 'hour' }, 21)).toEqual([String(22)]);
    expect(values({ of: 'period', buckets: 3 }, 599)).toEqual(['2']);
  });

  it('count training rows alone', () => {
    const train = Int32Array.of(0, 1, 20);
    expect(values({ of: 'user-clicks' }, 5, train)).toEqual([String(Math.floor(2 * Math.log2(3)))]);
    expect(values({ of: 'rated', slots: 5 }, 1, train)).toEqual(['1']);
    expect(values({ of: 'rated', slots: 5 }, 0, train)).toEqual(['2']);
    expect(values({ of: 'raters', slots: 5 }, 40, train)).toEqual(['1', '0']);
  });

  it('refuse a field of what the data does not have', () => {
    const { times: _, ...timeless } = data.interactions;
    const columns = (of: string): unknown =>
      clickColumns({ ...data, interactions: timeless }, [fieldSchema.parse({ of })], { train: rows, labels });
    for (const of of ['user.height', 'item.length', 'hour', 'user-age']) {
      expect(() => columns(of)).toThrow(`fields: parities has nothing to make ${of} of`);
    }
    for (const of of ['user.age', 'item.year', 'user', 'raters']) expect(() => columns(of)).not.toThrow();
    const ageless = { ...data, users: [{}, ...data.users!.slice(1)] };
    const [age] = clickColumns(ageless, [fieldSchema.parse({ of: 'user.age' })], { train: rows, labels });
    expect(age!.valuesOf(0)).toEqual([]);
  });

  it('refuse a field that nothing is known to be made of', () => {
    expect(fieldSchema.safeParse({ of: 'mood ring' }).success).toBe(false);
  });
});

describe('shares of labels', () => {
  const [ids, partners] = [Int32Array.of(0, 0, 0, 1, 1), Int32Array.of(1, 2, 3, 1, 2)];
  const times = Float64Array.of(0, 10, 30, 0, 5);

  it('never look at the label of the row itself', () => {
    const train = Int32Array.of(0, 1, 2, 3, 4);
    for (const share of [
      (labels: Float32Array) => nearbyShare(ids, times, { train, labels }, 2),
      (labels: Float32Array) => alikeShare(ids, partners, { train, labels }),
    ]) {
      // The share of all is what other labels are drawn towards: kept the same by another user's label.
      const [liked, disliked] = [share(Float32Array.of(1, 1, 0, 0, 1)), share(Float32Array.of(0, 1, 0, 1, 1))];
      expect(liked(0)).toBe(disliked(0));
    }
  });

  it('are, with agreement, free of the own label too, and say what like-minded users say', () => {
    const users = Int32Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2);
    const items = Int32Array.of(1, 2, 3, 1, 2, 3, 1, 2, 3);
    const train = Int32Array.from(users, (_, row) => row);
    const said = (own: number): number => {
      // User 1 is of user 0's mind, user 2 of the other; asked about item 3.
      const labels = Float32Array.of(1, 0, own, 1, 0, 1, 0, 1, 0);
      return agreement(users, items, items, { train, labels })(2);
    };
    expect(said(1)).toBeGreaterThan(0);
    expect(said(0)).toBeGreaterThan(0);
    const [first, last] = [inQuantiles((row) => row, train, 3)(0), inQuantiles((row) => row, train, 3)(8)];
    expect([first, last]).toEqual([0, 2]);
  });

  it('are of the rows nearest in time, or heavier the more alike', () => {
    const training = { train: Int32Array.of(0, 1, 2, 3, 4), labels: Float32Array.of(1, 0, 1, 1, 1) };
    const overall = 4 / 5;
    expect(nearbyShare(ids, times, training, 1)(0)).toBeCloseTo((0 + overall) / 2, 12);
    // Items 1 and 2 have both users in common, 1 and 3 one of two.
    expect(alikeShare(ids, partners, training)(0)).toBeCloseTo((0.5 + overall) / (1.5 + 1), 6);
  });
});

describe('rows of a click model', () => {
  it('have given labels where ratings say what is positive', () => {
    const { labels, split, data } = clickRows(parities(), randomSplit(given), 1);
    expect(labels.filter((label) => label === 1).length).toBe(300);
    expect([split.train.length, split.validation.length, split.test.length]).toEqual([480, 60, 60]);
    expect(data.interactions.users.length).toBe(600);
  });

  it('are refused where the labels are to come from ratings that there are not', () => {
    const { users, items } = parities().interactions;
    expect(() => clickRows({ ...parities(), interactions: { users, items } }, randomSplit(given), 1)).toThrow(
      'protocol.positiveRating: parities has no ratings',
    );
    const { data } = clickRows({ ...parities(), interactions: { users, items } }, randomSplit(sampled), 0);
    expect(data.interactions.times).toBeUndefined();
  });

  it('have sampled non-clicks otherwise, never of items that the user clicked', () => {
    const all = parities();
    const some = { ...all, itemIds: [...all.itemIds, 'i21', 'i22'] };
    const { labels, split, data, observed } = clickRows(some, randomSplit(sampled), 2);
    expect(split.train.length).toBe(3 * observed.length);
    for (const row of split.test) expect(labels[row] === 1).toBe(data.interactions.items[row]! <= 20);
  });
});

describe('an experiment with a click model', () => {
  const training = { batchSize: 64, learningRate: 0.02, epochs: 6, patience: 3 };

  async function request(settings: ClickSettings): Promise<ExperimentRequest<ClickSettings>> {
    const folder = await mkdtemp(join(tmpdir(), 'click-through-'));
    onTestFinished(async () => rm(folder, { recursive: true, force: true }));
    return {
      settings,
      protocol: given,
      data: parities(),
      seed: 1,
      folder,
      checkpoints: { load: async () => undefined, save: async () => undefined },
      onStep: () => undefined,
      onEpoch: () => undefined,
      signal: new AbortController().signal,
    };
  }

  it('learns what a user and an item make together, and plots singular values', async () => {
    const config = { cross: 'v2', embedding: 4, hidden: [8] };
    const { test, parameters, plots, family, depth } = await dcn.train(
      await request(dcn.parse({ config, training }, given)),
    );
    expect(test['AUC']).toBeGreaterThan(0.9);
    expect(test['log loss']).toBeLessThan(0.7);
    expect([family, depth]).toEqual(['DCN-V2 parallel, 2 fields', 1]);
    expect(parameters).toBeGreaterThan(0);
    const [start, trained] = plots![0]!.series;
    expect([start!.points[0], start!.points.at(-1)]).toEqual([
      [1, 1],
      [8, 0],
    ]);
    expect(trained!.points).not.toEqual(start!.points);
  });

  it('has baselines of its own', async () => {
    const baselines = await clickBaselines({ data: parities(), protocol: given, signal: new AbortController().signal });
    expect(baselines).toHaveLength(2);
    for (const { test } of baselines) expect(test['AUC']).toBeLessThan(0.7);
  });

  it('names the setting that cannot be', () => {
    expect(() => dcn.parse({ config: { cross: 'full' } }, given)).toThrow('config.cross must be one of v2, mix');
    expect(() => fm.parse({ config: { rank: 2 } }, given)).toThrow(ModelConfigError);
    expect(() => dcn.parse({ fields: [{ of: 'taste' }] }, given)).toThrow('fields.0.of');
    const lastItem = protocolSchema.parse({ kind: 'leave-one-out' });
    expect(() => dcn.parse({}, lastItem)).toThrow('protocol.kind must be random-split');
    const blind = protocolSchema.parse({ kind: 'random-split', train: 0.8, validation: 0, test: 0.2 });
    expect(() => dcn.parse({}, blind)).toThrow('protocol.validation must be above 0');
  });
});
