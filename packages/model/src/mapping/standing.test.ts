import { describe, expect, it } from 'vitest';
import { amountFor, standingDirection } from './standing.js';

describe('standingDirection', () => {
  it('has the product 1 with users who have something in common', () => {
    const users = Float32Array.of(2, 1, 2, -1, 2, 0.5, 2, -0.5);
    const direction = standingDirection(users, 2, 0.0001);
    expect(direction[0]).toBeCloseTo(0.5, 3);
    expect(direction[1]).toBeCloseTo(0, 3);
  });

  it('is zeros where users are', () => {
    expect([...standingDirection(new Float32Array(4), 2, 0.01)]).toEqual([0, 0]);
  });
});

describe('amountFor', () => {
  it('finds where a share is reached', () => {
    expect(amountFor(0.3, (amount) => (amount + 5) / 10, -5, 5)).toBeCloseTo(-2, 2);
  });

  it('stays within its bounds', () => {
    expect(amountFor(2, () => 1, -5, 5)).toBeCloseTo(5, 2);
    expect(amountFor(0, () => 1, -5, 5)).toBeCloseTo(-5, 2);
  });
});
