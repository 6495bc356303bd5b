import { describe, expect, it } from 'vitest';
import { ModelArtifactError } from '../errors.js';
import { createClickModel } from '../networks/dcn/click-model.js';
import { defaultDcnConfig, defaultFmConfig, type ClickModelConfig } from '../networks/dcn/config.js';
import { deserializeClickModel, serializeClickModel } from './serialize-click-model.js';

const small: ClickModelConfig = { ...defaultDcnConfig, embedding: 4, rank: 2, experts: 2, hidden: [6] };
const rows = { rows: 3, slots: [1, 1], indexes: Int32Array.of(0, 3, 1, 4, 2, 5) };
const labels = Float32Array.of(1, 0, 1);
const settings = { learningRate: 0.01, weightDecay: 0, embeddingDecay: 0 };

describe('a saved click model', () => {
  it.each([small, { ...small, cross: 'v2' as const }, defaultFmConfig])(
    'predicts and trains on as before, $network',
    (config) => {
      const model = createClickModel(config, { features: 6, slots: [1, 1] }, 1);
      model.trainStep(rows, labels, settings);
      const loaded = deserializeClickModel(serializeClickModel(model));
      expect(loaded.config).toEqual(config);
      expect(loaded.predict(rows)).toEqual(model.predict(rows));
      expect(loaded.trainStep(rows, labels, settings)).toBe(model.trainStep(rows, labels, settings));
      expect(loaded.predict(rows)).toEqual(model.predict(rows));
    },
  );

  it('is refused by the name of the file that is damaged, missing or foreign', () => {
    const files = serializeClickModel(createClickModel(small, { features: 6, slots: [1, 1] }, 1));
    const loading = (name: string, bytes: Uint8Array | undefined) => (): unknown => {
      const changed = new Map(files);
      if (bytes === undefined) changed.delete(name);
      else changed.set(name, bytes);
      return deserializeClickModel(changed);
    };
    const manifest = Buffer.from(files.get('manifest.json')!).toString();
    const flipped = files.get('weights.bin')!.slice();
    flipped[5]! ^= 1;
    expect(loading('weights.bin', flipped)).toThrow('weights.bin: the checksum does not match');
    expect(loading('weights.bin', flipped.slice(4))).toThrow(/weights.bin: \d+ bytes instead of \d+/);
    expect(loading('optimizer.bin', undefined)).toThrow('optimizer.bin: is missing');
    expect(loading('manifest.json', Buffer.from('{'))).toThrow('manifest.json: is not JSON');
    const other = manifest.replace('"formatVersion": 1', '"formatVersion": 2');
    expect(loading('manifest.json', Buffer.from(other))).toThrow('is of version 2, this program reads 1');
    expect(loading('manifest.json', Buffer.from(manifest.replace('"rank": 2', '"rank": 3')))).toThrow(
      ModelArtifactError,
    );
    expect(loading('manifest.json', Buffer.from(manifest.replace('click model', 'encoder')))).toThrow('is not of a');
  });
});
