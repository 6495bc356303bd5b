import { describe, expect, it } from 'vitest';
import { limitSchema, recommendationsQuerySchema, sessionBodySchema } from './http.js';

describe('limitSchema', () => {
  it.each([
    [undefined, 10],
    ['1', 1],
    ['200', 200],
  ])('reads %j as %j', (given, expected) => {
    expect(limitSchema.parse(given)).toBe(expected);
  });

  it.each(['0', '201', '1.5', 'many', '-1', ''])('refuses %j', (given) => {
    expect(limitSchema.safeParse(given).success).toBe(false);
  });
});

describe('recommendationsQuerySchema', () => {
  it('re-ranks unless told not to', () => {
    expect(recommendationsQuerySchema.parse({}).rank).toBe(true);
    expect(recommendationsQuerySchema.parse({ rank: 'true' }).rank).toBe(true);
    expect(recommendationsQuerySchema.parse({ rank: 'false' }).rank).toBe(false);
    expect(recommendationsQuerySchema.safeParse({ rank: 'no' }).success).toBe(false);
  });
});

describe('sessionBodySchema', () => {
  it('takes ids as strings or numbers', () => {
    expect(sessionBodySchema.parse({ itemIds: ['a', 7] })).toEqual({ itemIds: ['a', '7'], limit: 10, rank: true });
  });

  it.each([{ itemIds: [] }, {}, { itemIds: 'a' }, { itemIds: [''] }])('refuses %j', (body) => {
    expect(sessionBodySchema.safeParse(body).success).toBe(false);
  });
});
