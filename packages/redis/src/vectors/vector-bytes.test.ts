import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeColdVector } from './create-cold-vector-store.js';
import { decodeUserVector, encodeUserVector } from './user-vector-bytes.js';

const bytes = fc.uint8Array({ maxLength: 64 }).map((each) => Buffer.from(each));
const isRevision = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
/** Many of them with a revision in front, as chance hardly ever makes one. */
const userBytes = fc.oneof(
  bytes,
  fc.tuple(fc.maxSafeNat(), bytes).map(([revision, rest]) => {
    const header = Buffer.alloc(8);
    header.writeDoubleLE(revision);
    return Buffer.concat([header, rest]);
  }),
);

it('any bytes are a vector of a user, or none', () => {
  fc.assert(
    fc.property(userBytes, (each) => {
      const read = decodeUserVector(each);
      const isVector = each.length >= 8 && each.length % 4 === 0 && isRevision(each.readDoubleLE(0));
      expect(read?.vector.length ?? 'none').toBe(isVector ? each.length / 4 - 2 : 'none');
    }),
    { numRuns: 500 },
  );
});

it('any bytes are a vector of a new item, or none', () => {
  fc.assert(
    fc.property(bytes, (each) => {
      const read = decodeColdVector(each);
      expect(read?.vector.length ?? 'none').toBe(
        each.length >= 8 && each.length % 4 === 0 ? each.length / 4 - 2 : 'none',
      );
    }),
    { numRuns: 500 },
  );
});

it('a vector of a user is read as it was written', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.float32Array({ maxLength: 20 }), (revision, vector) => {
      expect(decodeUserVector(encodeUserVector({ revision, vector }))).toEqual({ revision, vector });
    }),
  );
});
