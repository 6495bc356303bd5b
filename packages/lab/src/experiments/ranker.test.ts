import type { Dataset } from '@click-recall/datasets';
import { ModelConfigError } from '@click-recall/model';
import { describe, expect, it } from 'vitest';
import type { CheckpointStore, ExperimentRequest } from '../experiment-kind.js';
import { protocolSchema } from '../protocol/protocol.js';
import { ranker } from './ranker.js';

const protocol = protocolSchema.parse({ kind: 'leave-one-out' });

/** 40 users walk round a circle of 30 items, each from a place of their own. */
function circle(): Dataset {
  const [users, items] = [[], []] as number[][] as [number[], number[]];
  for (let user = 0; user < 40; user++) {
    for (let at = 0; at < 10; at++) {
      users.push(user);
      items.push(1 + ((user * 7 + at) % 30));
    }
  }
  return {
    name: 'circle',
    userIds: Array.from({ length: 40 }, (_, user) => `u${user}`),
    itemIds: Array.from({ length: 30 }, (_, item) => `i${item + 1}`),
    interactions: { users: Int32Array.from(users), items: Int32Array.from(items) },
    fingerprint: 'circle',
  };
}

const settings = ranker.parse(
  {
    encoder: { dim: 8, heads: 2, layers: 1, sequenceLength: 8 },
    training: { epochs: 2, batchSize: 16, itemStart: 'random' },
    ranker: { dim: 8, hidden: [8], epochs: 15, learningRate: 0.01, patience: 15 },
    candidates: 20,
  },
  protocol,
);

function request(given: Partial<ExperimentRequest<typeof settings>> = {}): ExperimentRequest<typeof settings> {
  return {
    settings,
    protocol,
    data: circle(),
    seed: 1,
    folder: '',
    checkpoints: { load: async () => undefined, save: async () => undefined },
    onStep: () => undefined,
    onEpoch: () => undefined,
    signal: new AbortController().signal,
    ...given,
  };
}

describe('a ranker behind an encoder', () => {
  it('learns from the lists of the validation clicks what comes next', async () => {
    const { test, epochs, chosenEpoch, parameters } = await ranker.train(request());
    const [first] = epochs;
    expect(test['NDCG@10']).toBeGreaterThan((first?.validation?.['NDCG@10'] ?? 0) + 0.2);
    expect(chosenEpoch).toBeGreaterThan(2);
    expect(parameters).toBeGreaterThan(0);
  });

  it.each([1, 4])('comes to the same after an interruption behind epoch %i', async (last) => {
    const whole = await ranker.train(request());
    let state: unknown;
    const checkpoints: CheckpointStore = {
      load: async () => structuredClone(state),
      save: async (saved) => void (state = structuredClone(saved)),
    };
    const abort = new AbortController();
    const interrupted = request({
      checkpoints,
      signal: abort.signal,
      onEpoch: ({ epoch }) => epoch === last && abort.abort(new Error('stopped')),
    });
    await expect(ranker.train(interrupted)).rejects.toThrow('stopped');
    const told: number[] = [];
    const outcome = await ranker.train(request({ checkpoints, onEpoch: ({ epoch }) => told.push(epoch) }));
    expect(told[0]).toBe(Math.min(last, 2) + 1);
    expect(outcome.test).toEqual(whole.test);
    expect(outcome.epochs.map(({ epoch, loss }) => [epoch, loss])).toEqual(
      whole.epochs.map(({ epoch, loss }) => [epoch, loss]),
    );
  });

  it('names the setting that cannot be', () => {
    expect(() => ranker.parse({ candidates: 1 }, protocol)).toThrow('candidates must be a whole number from 2, not 1');
    expect(() => ranker.parse({ ranker: { heads: 5 } }, protocol)).toThrow('ranker.dim must be divisible');
    expect(() => ranker.parse({}, protocolSchema.parse({ kind: 'random-split' }))).toThrow(ModelConfigError);
    const repeats = protocolSchema.parse({ kind: 'leave-one-out', keepRepeats: true });
    expect(() => ranker.parse({}, repeats)).toThrow('protocol.keepRepeats must be false where a ranker orders');
  });
});
