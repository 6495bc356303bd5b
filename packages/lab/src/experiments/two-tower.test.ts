import type { Dataset } from '@click-recall/datasets';
import { describe, expect, it } from 'vitest';
import type { CheckpointStore, EpochRow, ExperimentRequest } from '../experiment-kind.js';
import { protocolSchema } from '../protocol/protocol.js';
import { titlePairs } from '../retrieval/title-pairs.js';
import { twoTower } from './two-tower.js';

const ROWS = 400;

/** Users of even number watch even items; items 0 and 2 share title and year. */
const data: Dataset = {
  name: 'made up',
  userIds: Array.from({ length: 10 }, (_, user) => `u${user}`),
  itemIds: Array.from({ length: 20 }, (_, item) => `i${item}`),
  items: Array.from({ length: 20 }, (_, item) => ({
    title: item === 2 ? 'Film 0' : `Film ${item}`,
    categories: [],
    fields: { release_year: item <= 2 ? '1990' : '1991' },
  })),
  interactions: {
    users: Int32Array.from({ length: ROWS }, (_, row) => (row * 7) % 10),
    items: Int32Array.from({ length: ROWS }, (_, row) => 1 + ((row * 7) % 2) + 2 * ((row * 3 + (row >> 4)) % 10)),
    times: Float64Array.from({ length: ROWS }, (_, row) => row * 1000),
    ratings: Float32Array.from({ length: ROWS }, (_, row) => 1 + (row % 5)),
  },
  fingerprint: 'made up',
};

const shares = { train: 0.7, validation: 0.1, test: 0.2 };
const protocol = protocolSchema.parse({ kind: 'random-split', ...shares });
const model = { towers: { layers: [8], embedding: 8 }, training: { batchSize: 64, epochs: 10 } };

function request(given: Partial<ExperimentRequest<ReturnType<typeof twoTower.parse>>> = {}) {
  const rows: EpochRow[] = [];
  const checkpoints: CheckpointStore = { load: async () => undefined, save: async () => undefined };
  return {
    rows,
    request: {
      settings: twoTower.parse(model, protocol),
      protocol,
      data,
      seed: 1,
      folder: '',
      checkpoints,
      onStep: () => undefined,
      onEpoch: (row: EpochRow) => void rows.push(row),
      signal: new AbortController().signal,
      ...given,
    },
  };
}

describe('the experiment of two towers', () => {
  it('is better than popularity where taste is all there is', async () => {
    const { request: given, rows } = request();
    const outcome = await twoTower.train(given);
    const [popularity] = await twoTower.baselines!({ protocol, data, signal: given.signal });
    expect(rows).toHaveLength(10);
    expect(rows.filter(({ validation }) => validation).map(({ epoch }) => epoch)).toEqual([5, 10]);
    expect(outcome.counts).toEqual({ rows: 80, titles: 19, users: 10 });
    expect(outcome.test['accuracy@10']).toBeGreaterThan(popularity!.test['accuracy@10']! + 0.2);
  });

  it('takes the last epoch where nothing validates', async () => {
    const last = protocolSchema.parse({ kind: 'random-split', train: 0.8, validation: 0, test: 0.2 });
    const outcome = await twoTower.train(request({ protocol: last }).request);
    expect(outcome.chosenEpoch).toBe(10);
    expect(outcome.validation).toBeUndefined();
  });

  it('comes to the same after an interruption', async () => {
    const whole = await twoTower.train(request().request);
    let state: unknown;
    const abort = new AbortController();
    const checkpoints: CheckpointStore = {
      load: async () => structuredClone(state),
      save: async (saved) => void (state = structuredClone(saved)),
    };
    const interrupted = request({
      checkpoints,
      signal: abort.signal,
      onEpoch: ({ epoch }) => epoch === 6 && abort.abort(new Error('stopped')),
    });
    await expect(twoTower.train(interrupted.request)).rejects.toThrow('stopped');
    const { request: again, rows } = request({ checkpoints });
    const outcome = await twoTower.train(again);
    expect(rows.map(({ epoch }) => epoch)).toEqual([7, 8, 9, 10]);
    expect(outcome.test).toEqual(whole.test);
    expect(outcome.epochs.map(({ loss }) => loss)).toEqual(whole.epochs.map(({ loss }) => loss));
  });

  it('counts items of one title once and reads rows of a low rating as no choice', () => {
    const strict = protocolSchema.parse({ kind: 'random-split', ...shares, positiveRating: 4 });
    const pairs = titlePairs(data, strict);
    expect(pairs.candidates.map(({ id }) => id).slice(0, 3)).toEqual([
      'Film 0 (1990)',
      'Film 1 (1990)',
      'Film 3 (1991)',
    ]);
    const kept = pairs.train.positives.length + pairs.validation.positives.length + pairs.test.positives.length;
    expect(kept).toBe(160);
  });

  it.each([
    [{ towers: { layers: [] } }, 'towers.layers'],
    [{ training: { unknownIds: 2 } }, 'training.unknownIds'],
    [{ encoder: {} }, 'encoder'],
  ])('names what cannot be: %o', (given, field) => {
    expect(() => twoTower.parse(given, protocol)).toThrow(expect.objectContaining({ field }));
  });

  it('names what the data does not have', () => {
    const { users, items, times } = data.interactions;
    const strict = protocolSchema.parse({ kind: 'random-split', ...shares, positiveRating: 4 });
    expect(() => titlePairs({ ...data, interactions: { users, items, times: times! } }, strict)).toThrow('no ratings');
    expect(() => titlePairs({ ...data, interactions: { users, items } }, protocol)).toThrow('need the times');
  });

  it('wants a random split', () => {
    const other = protocolSchema.parse({ kind: 'leave-one-out' });
    expect(() => twoTower.parse({}, other)).toThrow(expect.objectContaining({ field: 'protocol.kind' }));
  });
});
