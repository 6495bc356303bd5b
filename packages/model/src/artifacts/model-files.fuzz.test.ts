import { createHash } from 'node:crypto';
import { foreignErrorOf, hostileBytes, hostileJson } from '@click-recall/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentModelConfig } from '../config.js';
import { ModelArtifactError } from '../errors.js';
import { defaultRankerConfig } from '../networks/ranker/config.js';
import { createRanker } from '../networks/ranker/ranker-model.js';
import { circleItems } from '../networks/ranker/test-lists.js';
import { createSequenceEncoder } from '../networks/sequence-encoder/sequence-encoder.js';
import { defaultTwoTowerConfig } from '../networks/two-tower/config.js';
import { fitTwoTowerFeatures } from '../networks/two-tower/features.js';
import { createTwoTower } from '../networks/two-tower/two-tower.js';
import { deserializeEncoder, serializeEncoder } from './serialize-encoder.js';
import { deserializeRanker, serializeRanker } from './serialize-ranker.js';
import { deserializeTwoTower, serializeTwoTower } from './serialize-two-tower.js';

type Files = Map<string, Uint8Array>;

const ranked = circleItems();
const towers = { ...defaultTwoTowerConfig.towers, embedding: 3, layers: [4, 2], maxTokens: 9, timestampBuckets: 4 };
const features = fitTwoTowerFeatures(towers, { userIds: ['u'], timestamps: [1.5e12] }, [{ id: 'a', title: 'the a' }]);

const kinds: [string, () => Files, (files: Files) => unknown][] = [
  [
    'an encoder',
    () => serializeEncoder(createSequenceEncoder({ ...documentModelConfig.encoder, dim: 4, feedForward: 2 }, 3, 1)),
    deserializeEncoder,
  ],
  [
    'a ranker',
    () => serializeRanker(createRanker({ ...defaultRankerConfig, itemBuckets: 10 }, ranked)),
    (files) => deserializeRanker(files, ranked.vectors, ranked.dim),
  ],
  ['two towers', () => serializeTwoTower(createTwoTower(towers, features, 1)), deserializeTwoTower],
];

/** With a right checksum: what a program with a mistake writes, or somebody who means harm. */
function signed(manifest: Uint8Array): Uint8Array {
  try {
    const { checksum: _old, ...content } = JSON.parse(Buffer.from(manifest).toString()) as Record<string, unknown>;
    const checksum = createHash('sha256').update(JSON.stringify(content)).digest('hex');
    return Buffer.from(JSON.stringify({ ...content, checksum }));
  } catch {
    return manifest;
  }
}

describe.each(kinds)('files of %s, damaged in any way,', (_what, make, read) => {
  it('are read, or are an error of ours', () => {
    const whole = make();
    const manifest: unknown = JSON.parse(Buffer.from(whole.get('manifest.json')!).toString());
    const damaged = fc.oneof(
      hostileJson(manifest).map((bytes) => ['manifest.json', bytes] as const),
      hostileJson(manifest).map((bytes) => ['manifest.json', signed(bytes)] as const),
      fc.constantFrom(...whole).chain(([file, bytes]) => hostileBytes(bytes).map((other) => [file, other] as const)),
    );
    fc.assert(
      fc.property(damaged, ([file, bytes]) => {
        expect(foreignErrorOf(() => read(new Map(whole).set(file, bytes)), [ModelArtifactError])).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });
});
