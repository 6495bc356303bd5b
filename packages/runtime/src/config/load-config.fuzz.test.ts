import { foreignErrorOf, HOSTILE_IDS } from '@click-recall/testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { ConfigError } from '../errors.js';
import { ENVIRONMENT } from './environment.js';
import { loadConfig } from './load-config.js';

/** Nearly right for one variable or another. */
const words = [
  'host:9092,host:',
  '[::1]:9092',
  'redis://',
  'rediss://:@/x',
  'redis://u:p@h:99999',
  'file:',
  'file://host/a',
  'file:///%00',
  'file:///%zz',
  'http://',
  'https://a.b',
  'publish:12345678',
  'admin:',
  '1e3',
  '-1',
  '0',
  '9'.repeat(30),
  'true',
  '/',
  '* * * * *',
  'plain',
];
const text = fc.oneof(
  fc.constantFrom(...words, ...HOSTILE_IDS),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.constantFrom(...words), { maxLength: 4 }).map((parts) => parts.join(',')),
);
const names = Object.keys(ENVIRONMENT);

it('any environment is a configuration, or an error with a fault for each variable', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), text, { maxKeys: 6 }), (env) => {
      expect(foreignErrorOf(() => loadConfig(env), [ConfigError])).toBeUndefined();
    }),
    { numRuns: 1_000 },
  );
});
