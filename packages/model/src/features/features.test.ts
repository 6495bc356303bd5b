import { describe, expect, it } from 'vitest';
import { discretization, fitDiscretization } from './discretization.js';
import { fitNormalization, normalize } from './normalization.js';
import { fitStringLookup, stringLookup } from './string-lookup.js';
import { fitTextVectorization, textVectorization, tokensOf } from './text-vectorization.js';

describe('string lookup', () => {
  it('numbers the sorted distinct values from 1 and gives 0 to every other', () => {
    const lookup = fitStringLookup(['b', 'a', 'b', '__proto__']);
    expect(['a', 'b', '__proto__', 'c', ''].map(lookup.indexOf)).toEqual([3 - 1, 3, 1, 0, 0]);
    expect(lookup.size).toBe(4);
    expect(fitStringLookup(['__proto__', 'a', 'b']).vocabulary).toEqual(lookup.vocabulary);
    expect(stringLookup(lookup.vocabulary).indexOf('b')).toBe(3);
  });
});

describe('discretization', () => {
  it('has its boundaries evenly between the least and the greatest, and a value at a boundary above it', () => {
    const { bucketOf, size, state } = fitDiscretization('times', [10, 0, 4], 6); // 0 2 4 6 8 10
    expect(size).toBe(7);
    expect([-1, 0, 1.9, 2, 3.9, 4, 9.99, 10, 99].map(bucketOf)).toEqual([0, 1, 1, 2, 2, 3, 5, 6, 6]);
    expect(discretization(state).bucketOf(4)).toBe(3);
  });

  it('counts the boundaries at or below a value, however the division rounds', () => {
    const { bucketOf } = fitDiscretization('times', [874_724_710, 893_286_638], 1000);
    const step = (893_286_638 - 874_724_710) / 999;
    for (let index = 0; index < 999; index++) {
      const boundary = 874_724_710 + index * step;
      expect(bucketOf(boundary)).toBe(index + 1);
      expect(bucketOf(boundary + step / 2)).toBe(index + 1);
    }
  });

  it('takes values that are all the same', () => {
    const { bucketOf } = fitDiscretization('times', [5, 5], 10);
    expect([4, 5, 6].map(bucketOf)).toEqual([0, 10, 10]);
  });

  it.each([Number.NaN, Infinity])('refuses %s by the name of the field', (value) => {
    expect(() => fitDiscretization('timestamps', [1, value], 10)).toThrow(
      `timestamps[1] must be a finite number, not ${value}`,
    );
  });
});

describe('normalization', () => {
  it('takes the mean away and divides by the deviation of all values', () => {
    const state = fitNormalization('times', [1, 3, 5, 7]);
    expect(state).toEqual({ mean: 4, variance: 5 });
    expect(normalize(state, 9)).toBeCloseTo(Math.sqrt(5), 12);
  });

  it('keeps precision where values are large and close', () => {
    expect(fitNormalization('times', [1e12 + 1, 1e12 + 3]).variance).toBe(1);
  });

  it('takes values that are all the same', () => {
    expect(normalize(fitNormalization('times', [2, 2]), 2)).toBe(0);
  });

  it('refuses what is not a number by the name of the field', () => {
    expect(() => fitNormalization('timestamps', [Number.NaN])).toThrow(
      'timestamps[0] must be a finite number, not NaN',
    );
  });
});

describe('text vectorization', () => {
  it('splits at white space in lower case, without punctuation', () => {
    expect(tokensOf(" The Good, the Bad\tand (the) Ugly's - 1966! ")).toEqual([
      'the',
      'good',
      'the',
      'bad',
      'and',
      'the',
      'uglys',
      '1966',
    ]);
  });

  it('keeps the most frequent tokens behind padding and unknown, equal counts by the later token first', () => {
    const text = fitTextVectorization([['a', 'b', 'c'], ['c', 'b', 'd'], ['c']], 5);
    expect(text.vocabulary).toEqual(['c', 'b', 'd']);
    expect(text.size).toBe(5);
    expect(text.indexesOf(['c', 'b', 'd', 'a', 'x'])).toEqual([2, 3, 4, 1, 1]);
    expect(textVectorization(text.vocabulary).indexesOf(['b'])).toEqual([3]);
  });
});
