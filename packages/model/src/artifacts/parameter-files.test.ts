import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelArtifactError } from '../errors.js';
import { deserializeClickModel } from './serialize-click-model.js';
import { deserializeEncoder } from './serialize-encoder.js';
import { deserializeRanker } from './serialize-ranker.js';

type Files = Map<string, Uint8Array>;

/** What reading the files gives, if it is an error. */
function errorOf(read: (files: Files) => unknown, files: Files): unknown {
  try {
    read(files);
    return undefined;
  } catch (error) {
    return error;
  }
}

const readers: [string, string, (files: Files) => unknown][] = [
  ['an encoder', 'click-recall encoder', deserializeEncoder],
  ['a ranker', 'click-recall ranker', (files) => deserializeRanker(files, new Float32Array(4), 2)],
  ['a click model', 'click-recall click model', (files) => deserializeClickModel(files)],
];

/** A manifest with a right checksum: what somebody writes who means harm, or a program with a mistake. */
function manifest(content: Record<string, unknown>): Uint8Array {
  const text = JSON.stringify(content);
  const checksum = createHash('sha256').update(text).digest('hex');
  return Buffer.from(JSON.stringify({ ...content, checksum }));
}

describe.each(readers)('files of %s', (_what, format, read) => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const forged = fc
    .record(
      { config: value, itemCount: value, vectorDim: value, seed: value, steps: value, parameters: value, files: value },
      { requiredKeys: [] },
    )
    .map((content) => manifest({ format, formatVersion: 1, ...content }));
  const noise = fc.uint8Array({ maxLength: 60 });
  const files = fc
    .record(
      { 'manifest.json': fc.oneof(forged, noise), 'weights.bin': noise, 'optimizer.bin': noise },
      { requiredKeys: [] },
    )
    .map((each): Files => new Map(Object.entries(each)));

  it('are an error of ours, whatever stands in them', () => {
    fc.assert(
      fc.property(files, (each) => {
        expect(errorOf(read, each)).toBeInstanceOf(ModelArtifactError);
      }),
      { numRuns: 300 },
    );
  });
});

it('a small manifest cannot ask for much memory', () => {
  const config = { sequenceLength: 4, dim: 4096, heads: 1, layers: 32 };
  const itemCount = 200_000_000;
  const files: Files = new Map([
    [
      'manifest.json',
      manifest({ format: 'click-recall encoder', formatVersion: 1, config, itemCount, parameters: [], files: {} }),
    ],
    ['weights.bin', new Uint8Array(8)],
    ['optimizer.bin', new Uint8Array(8)],
  ]);
  const before = process.memoryUsage().arrayBuffers;
  expect(errorOf(deserializeEncoder, files)).toBeInstanceOf(ModelArtifactError);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
});

it.each(['{"toString":1}', '['.repeat(50_000) + ']'.repeat(50_000)])(
  'a format version that cannot be shown (case %#) is refused like any other',
  (version) => {
    const text = `{"format":"click-recall encoder","formatVersion":${version}}`;
    const error = errorOf(deserializeEncoder, new Map([['manifest.json', Buffer.from(text)]]));
    expect(error).toBeInstanceOf(ModelArtifactError);
  },
);

it('a manifest nested so deep that its checksum cannot be made is damaged, instead of an error of the stack', () => {
  const deep = '['.repeat(50_000) + ']'.repeat(50_000);
  const text = `{"format":"click-recall encoder","formatVersion":1,"config":${deep},"checksum":"00"}`;
  const error = errorOf(deserializeEncoder, new Map([['manifest.json', Buffer.from(text)]]));
  expect(error).toBeInstanceOf(ModelArtifactError);
  expect(error).toMatchObject({ message: expect.stringMatching(/manifest\.json.*call stack/i) as string });
});
