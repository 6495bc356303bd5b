import type { RowResult } from './run-row.js';

/** The results as a table for people, the violations below it. */
export function printTable(results: readonly RowResult[]): string {
  const head = ['', 'fault', 'promise', 'rounds', 'seconds', 'violations'];
  const body = results.map(({ row, rounds, seconds, violations }) => [
    row.letter,
    row.fault,
    row.promise,
    String(rounds),
    seconds.toFixed(0),
    String(violations.length),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((cells) => cells[column]?.length ?? 0)));
  const isNumber = (column: number): boolean => column >= 3;
  const lines = [head, ...body].map((cells) =>
    cells
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const told = results.flatMap(({ row, violations }) => violations.map((text) => `${row.letter}: ${text}`));
  const total = told.length === 0 ? '0 violations' : `${told.length} violations:`;
  return `\n${[...lines, '', total, ...told].join('\n')}\n`;
}
