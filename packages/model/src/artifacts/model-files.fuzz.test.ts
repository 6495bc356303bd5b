import { createHash } from 'node:crypto';
import { foreignErrorOf, hostileBytes, hostileJson } from '@click-recall/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentModelConfig } from '../config.js';
import { ModelArtifactError } from '../errors.js';
import { coldStart } from '../mapping/cold-start.js';
import { parameter } from '../networks/parameters.js';
import { defaultRankerConfig } from '../networks/ranker/config.js';
import { createRanker } from '../networks/ranker/ranker-model.js';
import { circleItems } from '../networks/ranker/test-lists.js';
import { createSequenceEncoder } from '../networks/sequence-encoder/sequence-encoder.js';
import { defaultTwoTowerConfig } from '../networks/two-tower/config.js';
import { fitTwoTowerFeatures } from '../networks/two-tower/features.js';
import { candidateShapes } from '../networks/two-tower/parameters.js';
import { createTwoTower } from '../networks/two-tower/two-tower.js';
import { deserializeColdStart, serializeColdStart } from './serialize-cold-start.js';
import { deserializeEncoder, serializeEncoder } from './serialize-encoder.js';
import { deserializeRanker, serializeRanker } from './serialize-ranker.js';
import { deserializeTwoTower, serializeTwoTower } from './serialize-two-tower.js';

type Files = Map<string, Uint8Array>;

const ranked = circleItems();
const towers = { ...defaultTwoTowerConfig.towers, embedding: 3, layers: [4, 2], maxTokens: 9, timestampBuckets: 4 };
const features = fitTwoTowerFeatures(towers, { userIds: ['u'], timestamps: [1.5e12] }, [{ id: 'a', title: 'the a' }]);
const quality = { recall100: 0.5, others100: 0.1, chance100: 0.1, popularity100: 0.2, encoder100: 0.6 };

/** Of two numbers for each new item. */
function newItems() {
  const { ids, tokens } = features.sizes;
  const shapes = [...candidateShapes(towers, { ids, tokens })];
  const numbers = (shape: readonly number[]) => new Float32Array(shape.reduce((product, size) => product * size, 1));
  return coldStart({
    embedding: towers.embedding,
    layers: towers.layers,
    features: features.state,
    parameters: new Map(shapes.map(([name, shape]) => [name, parameter(shape, numbers(shape).fill(0.5))])),
    mapping: { inputs: 2, outputs: 2, kernel: Float32Array.of(1, 2, 3, 4), bias: Float32Array.of(5, 6) },
    unitVectors: true,
    longest: 1,
    metrics: { ...quality, items: 1, clicks: 1, lambda: 1 },
  });
}

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
  ['what gives new items their vectors', () => serializeColdStart(newItems()), deserializeColdStart],
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
  const whole = make();
  const [manifestFile, manifestBytes] = [...whole].find(([file]) => file.endsWith('.json'))!;
  const manifest: unknown = JSON.parse(Buffer.from(manifestBytes).toString());
  const ofManifest = hostileJson(manifest).map((bytes) => [manifestFile, bytes] as const);
  const ofAny = fc
    .constantFrom(...whole)
    .chain(([file, bytes]) => hostileBytes(bytes).map((other) => [file, other] as const));

  it('are an error of ours, wherever something else is said', () => {
    expect(() => read(whole)).not.toThrow();
    fc.assert(
      fc.property(fc.oneof(ofManifest, ofAny), ([file, bytes]) => {
        const isSame = contentOf(file, bytes) === contentOf(file, whole.get(file)!);
        const error = foreignErrorOf(() => read(new Map(whole).set(file, bytes)), []);
        expect([error instanceof ModelArtifactError, error === undefined]).toEqual([!isSame, isSame]);
      }),
      { numRuns: 150 },
    );
  });

  it('are read, or are an error of ours, where the checksum is right', () => {
    fc.assert(
      fc.property(ofManifest, ([file, bytes]) => {
        const files = new Map(whole).set(file, signed(bytes));
        expect(foreignErrorOf(() => read(files), [ModelArtifactError])).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });
});

/** However the JSON is written. */
function contentOf(file: string, bytes: Uint8Array): string {
  if (!file.endsWith('.json')) return Buffer.from(bytes).toString('hex');
  try {
    return JSON.stringify(JSON.parse(Buffer.from(bytes).toString()));
  } catch {
    return 'no JSON';
  }
}
