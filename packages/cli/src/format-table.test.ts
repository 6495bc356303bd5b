import { describe, expect, it } from 'vitest';
import { formatTable } from './format-table.js';

describe('formatTable', () => {
  const columns = [
    { head: 'name', cell: ([name]: readonly [string, number | string]) => name },
    { head: 'count', cell: ([, count]: readonly [string, number | string]) => count },
  ];

  it('aligns text to the left and numbers to the right', () => {
    const rows = [['clicks', 1_234_567] as const, ['x', '-'] as const];
    expect(formatTable(columns, rows)).toBe(['name        count', 'clicks  1,234,567', 'x               -'].join('\n'));
  });

  it('shows fractions with four digits', () => {
    expect(formatTable(columns, [['HR@10', 0.28571] as const])).toBe('name    count\nHR@10  0.2857');
  });

  it('has its heads when there are no rows', () => {
    expect(formatTable(columns, [])).toBe('name  count');
  });
});
