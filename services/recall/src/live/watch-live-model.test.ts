import type { VersionedEncoder, VersionedRanker } from '@click-recall/encoding';
import type { Activation } from '@click-recall/redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { watchLiveModel, type LiveState } from './watch-live-model.js';

const silent = { info: () => undefined, error: () => undefined };

function activationOf(version: string): Activation {
  const parts = { index: version, vocabulary: version, ranker: '', mapping: '', previous: null };
  return { encoder: version, ...parts, lift: { items: 1, users: 1 }, activatedAt: 0 };
}

function encoderOf(version: string): VersionedEncoder {
  return {
    version,
    dim: 1,
    sequenceLength: 1,
    itemIds: [],
    rowOf: () => undefined,
    encode: async () => [],
    itemVectors: () => new Float32Array(),
    coldItems: undefined,
    dispose: () => undefined,
  };
}

function rankerOf(version: string, modelVersion: string): VersionedRanker {
  return { version, modelVersion, candidates: 1, history: 1, rank: async () => [], dispose: () => undefined };
}

/** Follows an activation that the test changes; rankers belong to `v1`, and those in `damaged` cannot be read. */
function follow(damaged: Set<string>) {
  let activation = activationOf('v1');
  const errors: string[] = [];
  const states: LiveState[] = [];
  const encoders = new Map(['v1', 'v2'].map((version) => [version, encoderOf(version)]));
  const rankers = new Map(['r1', 'r2'].map((version) => [version, rankerOf(version, 'v1')]));
  const models = watchLiveModel({
    activations: {
      readWithBuilding: async () => ({ activation, building: [] }),
      onChange: async () => async () => undefined,
    },
    encoders: { get: async (version) => encoders.get(version)!, keepOnly: () => undefined },
    rankers: {
      get: async (version) => {
        if (damaged.has(version)) throw new Error(`${version} is damaged`);
        return rankers.get(version)!;
      },
      keepOnly: () => undefined,
    },
    logger: { info: () => undefined, error: (...said: unknown[]) => void errors.push(String(said.at(-1))) },
    graceMs: 0,
    pollMs: 1_000_000,
    retryMs: 0,
    onState: (state) => states.push(state),
  });
  onTestFinished(() => models.close());
  const activate = (changes: Partial<Activation>): Promise<void> => {
    activation = { ...activation, ...changes };
    return models.refresh();
  };
  return { models, activate, errors, states };
}

describe('the live ranker', () => {
  it('takes its place beside the encoder in use, and what was in use before stays as it was', async () => {
    const { models, activate, states } = follow(new Set());
    await activate({});
    const before = models.current()!;
    expect(before.ranker).toBeUndefined();
    await activate({ ranker: 'r1', rankerActivatedAt: 7 });
    const after = models.current()!;
    expect(after).toMatchObject({ version: 'v1', activatedAt: 7, ranker: { version: 'r1' } });
    expect(after.encoder).toBe(before.encoder);
    expect(after.itemVectors).toBe(before.itemVectors);
    expect(before.ranker).toBeUndefined();
    await activate({});
    expect(models.current()).toBe(after);
    expect(states.at(-1)).toEqual({ kind: 'ready', version: 'v1', ranker: { version: 'r1' } });
  });

  it('is done without while it is damaged, which is said once, and used as soon as it can be', async () => {
    const damaged = new Set(['r1']);
    const { models, activate, errors, states } = follow(damaged);
    await activate({ ranker: 'r1' });
    await activate({});
    expect(models.current()).toMatchObject({ version: 'v1', ranker: undefined });
    expect(models.state()).toMatchObject({ kind: 'ready', ranker: { version: 'r1', problem: 'r1 is damaged' } });
    expect(errors).toEqual(['the live ranker r1 cannot be used: lists stay as recalled']);
    expect(states).toHaveLength(1);
    damaged.clear();
    await activate({});
    expect(models.current()?.ranker?.version).toBe('r1');
    expect(models.state()).toEqual({ kind: 'ready', version: 'v1', ranker: { version: 'r1' } });
  });

  it('is never that of another encoder', async () => {
    const { models, activate } = follow(new Set());
    await activate({ ranker: 'r1' });
    await activate({ encoder: 'v2', ranker: 'r2' });
    expect(models.current()).toMatchObject({ version: 'v2', ranker: undefined });
  });
});

describe('the live model', () => {
  it('is looked for anew where a look that began before the switch is still under way', async () => {
    let live = 'before';
    let release = (): void => undefined;
    let held: Promise<void> | undefined = new Promise((resolve) => (release = resolve));
    const models = watchLiveModel({
      activations: {
        async readWithBuilding() {
          const activation = activationOf(live);
          await held;
          return { activation, building: [] };
        },
        onChange: async () => async () => undefined,
      },
      encoders: { get: async (version) => encoderOf(version), keepOnly: () => undefined },
      rankers: { get: async (version) => rankerOf(version, 'after'), keepOnly: () => undefined },
      logger: silent,
      graceMs: 0,
      pollMs: 1_000_000,
    });
    onTestFinished(() => models.close());
    const early = models.refresh();
    live = 'after';
    const late = [models.refresh(), models.refresh()];
    held = undefined;
    release();
    await early;
    await Promise.all(late);
    expect(models.current()?.version).toBe('after');
  });
});
