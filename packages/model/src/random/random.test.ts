import { describe, expect, it } from 'vitest';
import { createRandom, drawSome, shuffle } from './random.js';

describe('createRandom', () => {
  it('gives the same numbers for the same seed', () => {
    const [one, two, other] = [createRandom(7), createRandom(7), createRandom(8)];
    const draw = (random: typeof one): number[] => Array.from({ length: 5 }, () => random.uniform());
    const first = draw(one);
    expect(draw(two)).toEqual(first);
    expect(draw(other)).not.toEqual(first);
  });

  it('goes on from its state', () => {
    const random = createRandom(7);
    for (let draw = 0; draw < 5; draw++) random.normal();
    const resumed = createRandom(random.state());
    expect(Array.from({ length: 5 }, () => resumed.uniform())).toEqual(
      Array.from({ length: 5 }, () => random.uniform()),
    );
  });

  it('is uniform below a bound, and normal', () => {
    const random = createRandom(1);
    const counts = [0, 0, 0];
    for (let draw = 0; draw < 30_000; draw++) counts[random.below(3)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
    const normals = Array.from({ length: 30_000 }, () => random.normal());
    const mean = normals.reduce((sum, value) => sum + value, 0) / normals.length;
    const variance = normals.reduce((sum, value) => sum + value ** 2, 0) / normals.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });
});

describe('drawSome', () => {
  it('takes values of different places, each as likely as another', () => {
    const random = createRandom(2);
    const counts = [0, 0, 0, 0];
    for (let draw = 0; draw < 4000; draw++) {
      const drawn = drawSome(Int32Array.of(0, 1, 2, 3), 2, random);
      expect(new Set(drawn).size).toBe(2);
      for (const value of drawn) counts[value]! += 1;
    }
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(150);
  });
});

describe('shuffle', () => {
  it('keeps every value once, in an order settled by the seed', () => {
    const values = (): Int32Array => Int32Array.from({ length: 50 }, (_, index) => index);
    const [one, two] = [values(), values()];
    shuffle(one, createRandom(3));
    shuffle(two, createRandom(3));
    expect(one).toEqual(two);
    expect(one).not.toEqual(values());
    expect(one.toSorted()).toEqual(values());
  });
});
