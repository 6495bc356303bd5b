import { describe, expect, it } from 'vitest';
import { createEncoders } from './encoders.js';
import { testModelFiles } from './test-model.js';

const FILES = testModelFiles(['a', 'b', 'c']);

describe('encoders', () => {
  it('load a version once, whoever asks', async () => {
    let reads = 0;
    const encoders = createEncoders({ read: async () => ((reads += 1), FILES) });
    const [first, second] = await Promise.all([encoders.get('v1'), encoders.get('v1')]);
    expect(first).toBe(second);
    expect(encoders.loaded('v1')).toBe(first);
    expect(reads).toBe(1);
    encoders.close();
  });

  it('try a version anew after it could not be read', async () => {
    let reads = 0;
    const read = async () => {
      if (++reads === 1) throw new Error('not there yet');
      return FILES;
    };
    const encoders = createEncoders({ read });
    await expect(encoders.get('v1')).rejects.toThrow('not there yet');
    await expect(encoders.get('v1')).resolves.toMatchObject({ version: 'v1' });
    encoders.close();
  });

  it('let go of versions that are not needed, and go on with those who still hold them for a while', async () => {
    const encoders = createEncoders({ read: async () => FILES });
    const old = await encoders.get('v1');
    await encoders.get('v2');
    encoders.keepOnly(['v2']);
    expect(encoders.loaded('v1')).toBeUndefined();
    expect(encoders.loaded('v2')).toBeDefined();
    expect((await old.encode([['a']]))[0]).toHaveLength(16);
    encoders.close();
  });

  it('keep a version that is held, however long, until it is let go', async () => {
    const encoders = createEncoders({ read: async () => FILES, releaseAfterMs: 0 });
    const letGo = [encoders.hold('v1'), encoders.hold('v1')];
    const old = await encoders.get('v1');
    encoders.keepOnly(['v2']);
    letGo[0]!();
    letGo[0]!();
    encoders.keepOnly(['v2']);
    // Had it been released, its timer would have run by now.
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await old.encode([['a']]))[0]).toHaveLength(16);
    letGo[1]!();
    encoders.keepOnly(['v2']);
    expect(encoders.loaded('v1')).toBeUndefined();
    encoders.close();
  });
});
