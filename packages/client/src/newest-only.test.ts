import { expect, it } from 'vitest';
import { createNewestOnly } from './newest-only.js';

const recommendation = (
  userId: string,
  sequenceRevision: number,
  recommendationId = `${userId}${sequenceRevision}`,
) => ({
  userId,
  sequenceRevision,
  recommendationId,
});

it('leaves out repeats and older ones', () => {
  const newestOnly = createNewestOnly(10);
  expect(newestOnly.isNews(recommendation('a', 5))).toBe(true);
  expect(newestOnly.isNews(recommendation('a', 5))).toBe(false);
  expect(newestOnly.isNews(recommendation('a', 4))).toBe(false);
  expect(newestOnly.isNews(recommendation('b', 4))).toBe(true);
  expect(newestOnly.isNews(recommendation('a', 6))).toBe(true);
});

it('lets another model through for the same sequence, also when it is the former one again', () => {
  const newestOnly = createNewestOnly(10);
  for (const model of ['old', 'new', 'old']) expect(newestOnly.isNews(recommendation('a', 5, model))).toBe(true);
});

it('starts anew with a user who was forgotten', () => {
  const newestOnly = createNewestOnly(10);
  newestOnly.isNews(recommendation('a', 5));
  newestOnly.forget('a');
  expect(newestOnly.isNews(recommendation('a', 1))).toBe(true);
});

it('remembers those seen last, and no more than set', () => {
  const newestOnly = createNewestOnly(2);
  for (const userId of ['a', 'b', 'a2', 'a']) newestOnly.isNews(recommendation(userId, 1));
  expect(newestOnly.isNews(recommendation('a', 1))).toBe(false);
  expect(newestOnly.isNews(recommendation('b', 1))).toBe(true);
});
