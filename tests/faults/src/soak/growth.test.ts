import { expect, it } from 'vitest';
import { growthOf } from './growth.js';

const steady = { name: 'heap', unit: 'MB', share: 0.1, slack: 5 };
const of = (count: number, value: (index: number) => number): number[] =>
  Array.from({ length: count }, (_, index) => value(index));

it('takes a saw of garbage for steady', () => {
  expect(growthOf({ ...steady, values: of(120, (index) => 50 + (index % 10) * 8) })).toBeUndefined();
});

it('tells a slow leak within a saw', () => {
  expect(growthOf({ ...steady, values: of(120, (index) => 50 + (index % 10) * 8 + index * 0.2) })).toBe(
    'heap grew from 54 to 70 MB (at most 64.4 would be steady)',
  );
});

it('does not blame the start', () => {
  expect(growthOf({ ...steady, values: of(120, (index) => (index < 20 ? index : 60)) })).toBeUndefined();
});

it('does not take nothing for steady', () => {
  expect(growthOf({ ...steady, values: of(120, () => NaN) })).toContain('too few');
});
