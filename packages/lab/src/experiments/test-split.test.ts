import type { Dataset } from '@click-recall/datasets';
import { createRandom } from '@click-recall/model';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExperimentKind, ExperimentOutcome } from '../experiment-kind.js';
import { protocolSchema, type Protocol, type RandomSplit } from '../protocol/protocol.js';
import { splitRandomly } from '../protocol/split-randomly.js';
import { experimentKinds } from './experiment-kinds.js';

const users = 30;
const items = 25;
const clicksOfUser = 8;

/** Clicks in turns, so that a user's last one is in the last round. */
function clicks(): Dataset {
  const random = createRandom(5);
  const rows = users * clicksOfUser;
  const start = Array.from({ length: users }, () => random.below(items));
  const user = Int32Array.from({ length: rows }, (_, row) => row % users);
  return {
    name: 'clicks',
    userIds: Array.from({ length: users }, (_, at) => `u${at}`),
    itemIds: Array.from({ length: items }, (_, at) => `i${at}`),
    items: Array.from({ length: items }, (_, at) => ({ title: `Film ${at}`, categories: [], fields: {} })),
    interactions: {
      users: user,
      items: Int32Array.from(user, (own, row) => 1 + ((start[own]! + Math.floor(row / users)) % items)),
      times: Float64Array.from({ length: rows }, (_, row) => row * 60_000),
      ratings: Float32Array.from({ length: rows }, () => 1 + random.below(5)),
    },
    fingerprint: 'clicks',
  };
}

/** The same but for what was clicked, and how it was rated, in the rows of the test split. */
function withOtherTest(data: Dataset, rows: Int32Array): Dataset {
  const changed = { items: data.interactions.items.slice(), ratings: data.interactions.ratings!.slice() };
  for (const row of rows) {
    changed.items[row] = 1 + ((changed.items[row]! + 11) % items);
    changed.ratings[row] = 6 - changed.ratings[row]!;
  }
  return { ...data, interactions: { ...data.interactions, ...changed } };
}

const encoder = { encoder: { dim: 8, layers: 1, sequenceLength: 8 }, training: { epochs: 3, batchSize: 16 } };
const fields = ['user', 'item', 'item-clicks', 'user-clicks', 'period', 'user-age', 'rated', 'raters', 'mood'];
const neighbours = ['alike-items', 'alike-users', 'agreeing-users', 'agreeing-items'];
const clickModel = { fields: [...fields, ...neighbours].map((of) => ({ of })), training: { epochs: 3, batchSize: 32 } };
const lastClicks = Int32Array.from({ length: users }, (_, user) => users * (clicksOfUser - 1) + user);
const leaveOneOut = protocolSchema.parse({ kind: 'leave-one-out' });
const random = protocolSchema.parse({ kind: 'random-split' }) as RandomSplit;
const dealt = splitRandomly(users * clicksOfUser, random).test;

describe('the test split', () => {
  it.each<[string, Protocol, object, Int32Array]>([
    ['sequence-encoder', leaveOneOut, encoder, lastClicks],
    ['ranker', leaveOneOut, { ...encoder, ranker: { dim: 8, hidden: [8], epochs: 3 }, candidates: 10 }, lastClicks],
    ['two-tower', random, { towers: { layers: [8] }, training: { epochs: 6, batchSize: 32 } }, dealt],
    ['dcn', { ...random, positiveRating: 4 }, { ...clickModel, config: { hidden: [8] } }, dealt],
    ['dcn', random, { ...clickModel, nonClicks: 2, config: { hidden: [8] } }, dealt],
    ['fm', random, clickModel, dealt],
  ])('chooses nothing and teaches nothing: %s', async (network, protocol, model, test) => {
    const kind = experimentKinds.get(network)!;
    const data = clicks();
    const [first, other] = [
      await run(kind, protocol, model, data),
      await run(kind, protocol, model, withOtherTest(data, test)),
    ];
    expect(learned(other)).toEqual(learned(first));
    expect(other.test).not.toEqual(first.test);
  });
});

/** All that was looked at before the test split was. */
function learned({ epochs, chosenEpoch, validation, parameters }: ExperimentOutcome): unknown {
  return {
    chosenEpoch,
    validation,
    parameters,
    epochs: epochs.map(({ epoch, loss, validation: looked }) => ({ epoch, loss, looked })),
  };
}

async function run(kind: ExperimentKind, protocol: Protocol, model: object, data: Dataset): Promise<ExperimentOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return kind.train({
    settings: kind.parse({ ...model }, protocol),
    protocol,
    data,
    seed: 1,
    folder,
    checkpoints: { load: async () => undefined, save: async () => undefined },
    onStep: () => undefined,
    onEpoch: () => undefined,
    signal: new AbortController().signal,
  });
}
