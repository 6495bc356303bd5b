import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkContent, checksumsOf, readChecksums } from './checksums.js';
import { DamagedModelError } from './errors.js';

/** What reading a checksums file and checking one file by it gives: nothing, or an error. */
function read(content: Uint8Array): unknown {
  try {
    for (const [file, expected] of readChecksums('v1', content)) checkContent('v1', file, new Uint8Array(3), expected);
    return undefined;
  } catch (error) {
    return error;
  }
}

const json = fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text));
const files = fc.json({ maxDepth: 2 }).map((text) => Buffer.from(`{"version":"v1","files":{"a":${text}}}`));
const noise = fc.uint8Array({ maxLength: 100 });

it('any checksums file is read, or is a damaged model', () => {
  fc.assert(
    fc.property(fc.oneof(json, files, noise), (content) => {
      const result = read(content);
      expect(result === undefined || result instanceof DamagedModelError).toBe(true);
    }),
    { numRuns: 1000 },
  );
  expect(read(checksumsOf('v1', new Map([['a', new Uint8Array(3)]])))).toBeUndefined();
  expect(read(Buffer.from('{"version":"v1","files":{"a":null}}'))).toBeInstanceOf(DamagedModelError);
});
