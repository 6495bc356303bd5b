import { describe, expect, it } from 'vitest';
import { partitionsBehind } from './offsets-passed.js';

const noted = { '0': '5', '1': '0', '2': '7' };
const none = new Map<number, bigint>();
const ends = new Map([
  [0, 9n],
  [1, 0n],
  [2, 9n],
]);

describe('the offsets noted at the start of a build', () => {
  it('are passed when the group has committed up to each', () => {
    const committed = new Map([
      [0, 5n],
      [2, 9n],
    ]);
    expect(partitionsBehind(noted, { committed, starts: none, ends })).toEqual([]);
  });

  it('are not passed by a group that has committed less, or nothing', () => {
    expect(partitionsBehind(noted, { committed: new Map([[0, 4n]]), starts: none, ends })).toEqual([0, 2]);
  });

  it('are passed where the log has been cleaned up to there, whatever the group had read of it', () => {
    const starts = new Map([
      [0, 5n],
      [2, 3n],
    ]);
    expect(partitionsBehind(noted, { committed: none, starts, ends })).toEqual([2]);
    expect(partitionsBehind(noted, { committed: new Map([[0, 2n]]), starts, ends })).toEqual([2]);
  });

  it('are passed at the end of a topic that was made anew and is shorter', () => {
    const shorter = new Map([
      [0, 1n],
      [2, 0n],
    ]);
    expect(partitionsBehind(noted, { committed: none, starts: none, ends: shorter })).toEqual([0]);
    expect(partitionsBehind(noted, { committed: new Map([[0, 1n]]), starts: none, ends: shorter })).toEqual([]);
    expect(partitionsBehind(noted, { committed: none, starts: none, ends: none })).toEqual([]);
  });
});
