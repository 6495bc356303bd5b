import { describe, expect, it } from 'vitest';
import { encodeFields, featureCount, fitFields, type FieldColumn } from './categorical-fields.js';

const genders = ['M', 'F', 'M', 'X'];
const genres = [['Drama', 'War'], ['War'], [], ['Drama', 'Comedy', 'War']];
const columns: FieldColumn[] = [
  { name: 'gender', slots: 1, valuesOf: (row) => [genders[row]!] },
  { name: 'genres', slots: 2, valuesOf: (row) => genres[row]! },
];

describe('categorical fields', () => {
  const fields = fitFields(columns, Int32Array.of(0, 1));

  it('know the values of the rows that they are fitted on', () => {
    expect(fields.fields.map(({ values }) => values)).toEqual([
      ['M', 'F'],
      ['Drama', 'War'],
    ]);
    expect(featureCount(fields)).toBe(6);
  });

  it('number features through, mean over several values, and have one for what is unknown', () => {
    const { slots, indexes, shares } = encodeFields(fields, columns, Int32Array.of(0, 1, 2, 3));
    expect(slots).toEqual([1, 2]);
    expect([...indexes]).toEqual([1, 4, 5, 2, 5, 3, 1, 3, 3, 0, 4, 3]);
    expect([...shares!]).toEqual([1, 0.5, 0.5, 1, 1, 0, 1, 1, 0, 1, 0.5, 0.5]);
  });

  it('have no shares where every field has one value', () => {
    expect(
      encodeFields(fitFields(columns.slice(0, 1), Int32Array.of(0)), columns, Int32Array.of(1)).shares,
    ).toBeUndefined();
  });
});
