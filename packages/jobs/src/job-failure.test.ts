import { describe, expect, it } from 'vitest';
import { formatFailure, parseFailure } from './job-failure.js';

describe('job failures', () => {
  it('reads back the code and the message that it wrote', () => {
    const failure = { code: 'gate-rejected', message: 'NDCG@10 0.05: too low' } as const;
    expect(formatFailure(failure)).toBe('gate-rejected: NDCG@10 0.05: too low');
    expect(parseFailure(formatFailure(failure))).toEqual(failure);
  });

  it('keeps a message that has no known code as it is', () => {
    expect(parseFailure('connect: refused')).toEqual({ code: 'error', message: 'connect: refused' });
    expect(parseFailure('')).toEqual({ code: 'error', message: '' });
  });
});
