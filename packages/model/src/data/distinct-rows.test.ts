import { describe, expect, it } from 'vitest';
import { createDistinctRows } from './distinct-rows.js';

describe('distinctRows', () => {
  it('names each row once, ascending, and says where it went, call after call', () => {
    const distinctRows = createDistinctRows();
    const first = distinctRows(Int32Array.of(7, 0, 7, 3), 8);
    expect([...first.rows]).toEqual([0, 3, 7]);
    expect([...first.slots]).toEqual([2, 0, 2, 1]);
    const second = distinctRows(Int32Array.of(3, 9), 10);
    expect([...second.rows]).toEqual([3, 9]);
    expect([...second.slots]).toEqual([0, 1]);
  });
});
