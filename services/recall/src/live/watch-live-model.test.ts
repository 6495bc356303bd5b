import type { VersionedEncoder } from '@click-recall/encoding';
import type { Activation } from '@click-recall/redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { watchLiveModel } from './watch-live-model.js';

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
    dispose: () => undefined,
  };
}

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
