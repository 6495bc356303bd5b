import { describe, expect, it } from 'vitest';
import { hashBucket, hashTextBucket } from './hash-bucket.js';

describe('hashBucket', () => {
  it('spreads consecutive ids over all buckets, from 1', () => {
    const counts = new Map<number, number>();
    for (let id = 1; id <= 10_000; id++) {
      const bucket = hashBucket(id, 10);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('leaves padding alone', () => {
    expect(hashBucket(0, 10)).toBe(0);
  });

  it('gives the same bucket always', () => {
    expect([hashBucket(12_345, 1000), hashTextBucket('Toy Story', 1000)]).toEqual([
      hashBucket(12_345, 1000),
      hashTextBucket('Toy Story', 1000),
    ]);
    expect(hashTextBucket('', 7)).toBeGreaterThan(0);
  });
});
