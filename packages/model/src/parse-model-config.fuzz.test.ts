import { foreignErrorOf, hostileValue } from '@click-recall/testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { defaultModelConfig } from './config.js';
import { ModelConfigError } from './errors.js';
import { defaultColdStartConfig, parseColdStartConfig } from './mapping/config.js';
import { defaultDcnConfig, parseClickModelConfig } from './networks/dcn/config.js';
import { defaultRankerConfig, parseRankerConfig } from './networks/ranker/config.js';
import {
  defaultTwoTowerConfig,
  parseTwoTowerConfig,
  parseTwoTowerTrainingConfig,
} from './networks/two-tower/config.js';
import { parseModelConfig } from './parse-model-config.js';
import { defaultClickTrainingConfig, parseClickTrainingConfig } from './training/click-training-config.js';

const parsers: [string, object, (input: unknown) => object][] = [
  ['a model', defaultModelConfig, (input) => parseModelConfig(input)],
  ['new items', defaultColdStartConfig, parseColdStartConfig],
  ['a click model', defaultDcnConfig, (input) => parseClickModelConfig(input)],
  ['the training of a click model', defaultClickTrainingConfig, (input) => parseClickTrainingConfig(input)],
  ['a ranker', defaultRankerConfig, (input) => parseRankerConfig(input)],
  ['two towers', defaultTwoTowerConfig.towers, parseTwoTowerConfig],
  ['the training of two towers', defaultTwoTowerConfig.training, parseTwoTowerTrainingConfig],
];

it.each(parsers)('any settings of %s are read, or an error names the field', (_what, valid, parse) => {
  expect(parse(valid)).toEqual(valid);
  fc.assert(
    fc.property(hostileValue(valid), (input) => {
      expect(foreignErrorOf(() => parse(input), [ModelConfigError])).toBeUndefined();
    }),
    { numRuns: 200 },
  );
});

it('a value nested so deep that it cannot be shown is refused like any other', () => {
  const deep: unknown = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000));
  expect(() => parseModelConfig({ encoder: { dim: deep } })).toThrow(
    new ModelConfigError('encoder.dim', 'a whole number from 1 to 4096', deep),
  );
  expect(() => parseModelConfig(deep)).toThrow(/an object, not something nested too deep to be shown/);
});
