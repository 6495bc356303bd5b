import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { documentModelConfig } from '../config.js';
import { sequenceBatch } from '../data/sequence-batch.js';
import { ModelArtifactError } from '../errors.js';
import type { SequenceEncoder } from '../networks/encoder.js';
import { createSequenceEncoder } from '../networks/sequence-encoder/sequence-encoder.js';
import { deserializeEncoder, serializeEncoder } from './serialize-encoder.js';

const settings = { learningRate: 0.01, maskAccidentalHits: false };
const batch = { batch: 2, length: 2, items: Int32Array.of(1, 2, 3, 4), labels: Int32Array.of(3, 4, 5, 6) };

function trained(): SequenceEncoder {
  const encoder = createSequenceEncoder({ ...documentModelConfig.encoder, dim: 8, feedForward: 4 }, 7, 1);
  encoder.trainStep(batch, settings);
  return encoder;
}

describe('a saved encoder', () => {
  it('is the same when loaded, and trains on as if it had never been saved', () => {
    const encoder = trained();
    const loaded = deserializeEncoder(serializeEncoder(encoder));
    expect(loaded.config).toEqual(encoder.config);
    expect(loaded.snapshot()).toEqual(encoder.snapshot());
    const sequences = sequenceBatch([[1, 2, 3]]);
    expect(loaded.encode(sequences)).toEqual(encoder.encode(sequences));
    expect(loaded.trainStep(batch, settings)).toBe(encoder.trainStep(batch, settings));
    expect(loaded.snapshot()).toEqual(encoder.snapshot());
    encoder.dispose();
    loaded.dispose();
  });

  it('is the same when loaded, whatever its variant', () => {
    const config = { ...documentModelConfig.encoder, sequenceLength: 4, dim: 8, norm: 'pre', user: 'concat' } as const;
    const variant = { ...config, tiedTables: true, pooling: 'dense', attention: 'none', positions: false } as const;
    const encoder = createSequenceEncoder(variant, 7, 1, 3);
    encoder.trainStep({ batch: 1, length: 4, items: Int32Array.of(0, 1, 2, 3), labels: Int32Array.of(4) }, settings);
    const loaded = deserializeEncoder(serializeEncoder(encoder));
    expect(loaded.config).toEqual(encoder.config);
    expect(loaded.userCount).toBe(3);
    expect(loaded.snapshot()).toEqual(encoder.snapshot());
    const sequences = sequenceBatch([[1, 2, 3]], Int32Array.of(2));
    expect(loaded.encode(sequences)).toEqual(encoder.encode(sequences));
    encoder.dispose();
    loaded.dispose();
  });

  it('of a program that knew fewer settings is what it was', () => {
    const encoder = trained();
    const files = serializeEncoder(encoder);
    const known = ['network', 'sequenceLength', 'dim', 'heads', 'layers', 'feedForward'];
    const old = Object.entries(encoder.config).filter(([name]) =>
      [...known, 'dropout', 'normEpsilon', 'inputNorm'].includes(name),
    );
    const loaded = deserializeEncoder(signedAnew(files, { config: Object.fromEntries(old) }));
    expect(loaded.config).toEqual(encoder.config);
    expect(loaded.snapshot()).toEqual(encoder.snapshot());
  });

  it('has the same bytes every time', () => {
    expect(serializeEncoder(trained())).toEqual(serializeEncoder(trained()));
  });

  it('is read from bytes at any offset', () => {
    const files = serializeEncoder(trained());
    const shifted = new Map(
      Array.from(files, ([name, bytes]) => [name, Buffer.concat([Buffer.from('x'), bytes]).subarray(1)] as const),
    );
    expect(deserializeEncoder(shifted).snapshot()).toEqual(trained().snapshot());
  });

  it.each(['manifest.json', 'weights.bin', 'optimizer.bin'])(
    'is refused by name when %s is gone or damaged',
    (name) => {
      const files = serializeEncoder(trained());
      const bytes = files.get(name)!;
      const flipped = bytes.slice();
      flipped[Math.floor(bytes.length / 2)]! ^= 1;
      for (const damaged of [
        undefined,
        new Uint8Array(0),
        bytes.subarray(0, -1),
        Buffer.concat([bytes, bytes]),
        flipped,
      ]) {
        const broken = new Map(files);
        if (damaged === undefined) broken.delete(name);
        else broken.set(name, damaged);
        const attempt = (): unknown => deserializeEncoder(broken);
        expect(attempt).toThrow(ModelArtifactError);
        expect(attempt).toThrow(expect.objectContaining({ file: name }));
      }
    },
  );

  it('is refused when it is of another program or version', () => {
    const files = serializeEncoder(trained());
    const manifest = JSON.parse(Buffer.from(files.get('manifest.json')!).toString()) as Record<string, unknown>;
    const changed = (change: object): Map<string, Uint8Array> =>
      new Map(files).set('manifest.json', Buffer.from(JSON.stringify({ ...manifest, ...change })));
    expect(() => deserializeEncoder(changed({ format: 'other' }))).toThrow(/is not of a click-recall encoder/);
    expect(() => deserializeEncoder(changed({ formatVersion: 2 }))).toThrow(/is of version 2, this program reads 1/);
    expect(() => deserializeEncoder(changed({ steps: 99 }))).toThrow(/checksum/);
    expect(() => deserializeEncoder(new Map([['manifest.json', Buffer.from('null')]]))).toThrow(ModelArtifactError);
  });
});

/** The manifest with other fields, and the checksum that this gives. */
function signedAnew(files: ReadonlyMap<string, Uint8Array>, change: object): Map<string, Uint8Array> {
  const written = JSON.parse(Buffer.from(files.get('manifest.json')!).toString()) as Record<string, unknown>;
  const { checksum: _, ...manifest } = { ...written, ...change } as Record<string, unknown>;
  const checksum = createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
  return new Map(files).set('manifest.json', Buffer.from(JSON.stringify({ ...manifest, checksum })));
}
