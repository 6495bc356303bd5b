import { describe, expect, it } from 'vitest';
import { partitionsBehind } from './offsets-passed.js';

const noted = { '0': '5', '1': '0', '2': '7' };

describe('the offsets noted at the start of a build', () => {
  it('are passed when the group has committed up to each', () => {
    const committed = new Map([
      [0, 5n],
      [2, 9n],
    ]);
    expect(partitionsBehind(noted, committed, new Map())).toEqual([]);
  });

  it('are not passed by a group that has committed less, or nothing', () => {
    expect(partitionsBehind(noted, new Map([[0, 4n]]), new Map())).toEqual([0, 2]);
  });

  it('are passed where the log has been cleaned up to there before the group ever read it', () => {
    const starts = new Map([
      [0, 5n],
      [2, 3n],
    ]);
    expect(partitionsBehind(noted, new Map(), starts)).toEqual([2]);
  });
});
