import { JobFailedError } from '@click-recall/jobs';
import { sequenceAt, sequenceBatch } from '@click-recall/model';
import { describe, expect, it } from 'vitest';
import { holdOut, requireEnough, sample, untrained } from './hold-out.js';

const held = holdOut({
  sequences: sequenceBatch([
    [1, 2, 3, 4],
    [1, 2],
    [5, 6, 7],
  ]),
  newest: BigUint64Array.of(100n, 200n, 300n),
});

describe('holding out', () => {
  it('takes the newest click of users with three or more, with its hash', () => {
    expect([...held.test.targets]).toEqual([4, 7]);
    expect([...held.test.hashes]).toEqual([100n, 300n]);
    expect([...sequenceAt(held.test.inputs, 0)]).toEqual([1, 2, 3]);
    expect([...held.validation.targets]).toEqual([3, 6]);
    expect([...held.train.items]).toEqual([1, 2, 1, 2, 5]);
  });

  it('leaves out the clicks that any of the versions was trained on', () => {
    const left = untrained(held.test, [new Set([300n]), new Set([200n])]);
    expect([...left.targets]).toEqual([4]);
    expect([...left.hashes]).toEqual([100n]);
    expect([...sequenceAt(left.inputs, 0)]).toEqual([1, 2, 3]);
    expect(untrained(held.test, [new Set([100n]), new Set([300n])]).targets).toHaveLength(0);
  });

  it('samples evenly and the same way each time', () => {
    const sequences = sequenceBatch(Array.from({ length: 10 }, (_, user) => [1, 2, user + 1]));
    const { test } = holdOut({ sequences, newest: BigUint64Array.from({ length: 10 }, (_, user) => BigInt(user)) });
    expect([...sample(test, 5).hashes]).toEqual([0n, 2n, 4n, 6n, 8n]);
    expect(sample(test, 10)).toBe(test);
  });

  it('refuses too few users or items by a reason that is not retried', () => {
    const refusal = (minUsers: number, minItems: number): unknown => {
      try {
        requireEnough(held, 7, { minUsers, minItems });
        return undefined;
      } catch (error) {
        return error instanceof JobFailedError ? error.code : error;
      }
    };
    expect(refusal(2, 7)).toBeUndefined();
    expect(refusal(3, 7)).toBe('too-few-users');
    expect(refusal(2, 8)).toBe('too-few-items');
  });
});
