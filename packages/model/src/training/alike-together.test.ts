import { describe, expect, it } from 'vitest';
import { createRandom, shuffle } from '../random/random.js';
import { alikeTogether } from './alike-together.js';

const lengths = Int32Array.from({ length: 1000 }, (_, window) => 1 + ((window * 37) % 200));
const lengthOf = (window: number): number => lengths[window]!;

function batches(seed: number): Int32Array[] {
  const random = createRandom(seed);
  const windows = Int32Array.from(lengths, (_, window) => window);
  shuffle(windows, random);
  return alikeTogether(windows, 16, lengthOf, random);
}

describe('alikeTogether', () => {
  it('has every window once, in batches of the size asked for', () => {
    const found = batches(1);
    expect(found.flatMap((batch) => [...batch]).sort((a, b) => a - b)).toEqual([...lengths.keys()]);
    expect(found.filter(({ length }) => length !== 16).map(({ length }) => length)).toEqual([1000 % 16]);
  });

  it('pads far less than batches of chance would', () => {
    const padded = (found: Int32Array[]): number =>
      found.reduce((sum, batch) => sum + batch.length * Math.max(...Array.from(batch, lengthOf)), 0);
    const real = lengths.reduce((sum, length) => sum + length, 0);
    expect(padded(batches(1))).toBeLessThan(1.1 * real);
  });

  it('has batches of all lengths in turn, others with another seed', () => {
    const firsts = (found: Int32Array[]): number[] => found.map((batch) => lengthOf(batch[0]!));
    expect(firsts(batches(1))).not.toEqual(firsts(batches(1)).sort((a, b) => a - b));
    expect(batches(1)).toEqual(batches(1));
    expect(batches(1)).not.toEqual(batches(2));
  });
});
