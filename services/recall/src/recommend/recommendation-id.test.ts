import { describe, expect, it } from 'vitest';
import { recommendationId } from './recommendation-id.js';

const identity = { userId: 'u', sequenceRevision: 5, modelVersion: 'v', ranker: '' };

describe('a recommendation id', () => {
  it('follows from user, revision, model and ranker', () => {
    expect(recommendationId(identity)).toBe(recommendationId({ ...identity }));
    expect(recommendationId(identity)).toMatch(/^[\w-]{22}$/);
  });

  it.each([{ userId: 'w' }, { sequenceRevision: 6 }, { modelVersion: 'w' }, { ranker: 'r' }, { deletedItemId: 'i' }])(
    'is another one where %o is',
    (change) => expect(recommendationId({ ...identity, ...change })).not.toBe(recommendationId(identity)),
  );

  it('does not run its parts together', () => {
    const one = { ...identity, modelVersion: 'ab', ranker: 'c' };
    expect(recommendationId(one)).not.toBe(recommendationId({ ...one, modelVersion: 'a', ranker: 'bc' }));
  });
});
