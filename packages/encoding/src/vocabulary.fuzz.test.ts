import { ModelArtifactError } from '@click-recall/model';
import { foreignErrorOf, hostileJson } from '@click-recall/testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { readStage } from './ranker-stage.js';
import { readVocabulary } from './vocabulary.js';

const readers: [string, unknown, (bytes: Uint8Array) => unknown][] = [
  ['a vocabulary', ['a', 'b', 'c'], (bytes) => readVocabulary(bytes, 3)],
  ['the stage of a ranker', { modelVersion: 'v', candidates: 100, history: 50 }, readStage],
];

it.each(readers)('any bytes are %s, or an error that names the file', (_what, valid, read) => {
  fc.assert(
    fc.property(hostileJson(valid), (bytes) => {
      expect(foreignErrorOf(() => read(bytes), [ModelArtifactError])).toBeUndefined();
    }),
    { numRuns: 300 },
  );
});
