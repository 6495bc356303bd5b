import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@click-recall/runtime';
import { foreignErrorOf, hostileJson } from '@click-recall/testing';
import * as fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { readSettings } from './settings.js';

const valid = {
  encoder: { dim: 32 },
  training: { epochs: 3, negatives: { kind: 'full' } },
  trainer: {
    finalEpochs: 2,
    coldStart: { enabled: true, network: {} },
    ranker: { candidates: 50, network: { dim: 8 } },
  },
};

it('any file of settings is read, or is an error of the configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'model.json');
  fc.assert(
    fc.property(hostileJson(valid), (bytes) => {
      writeFileSync(file, bytes);
      expect(foreignErrorOf(() => readSettings(file), [ConfigError])).toBeUndefined();
    }),
    { numRuns: 200 },
  );
});
