import { printable } from './printable.js';

export interface Column<R> {
  readonly head: string;
  readonly cell: (row: R) => string | number;
}

/** Rows as aligned columns, two spaces apart; a column of numbers (and of "-") is aligned to the right. */
export function formatTable<R>(columns: readonly Column<R>[], rows: readonly R[]): string {
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const shown = columns.map(({ head }, index) => {
    const texts = cells.map((row) => text(row[index] ?? ''));
    const right = rows.length > 0 && cells.every((row) => typeof row[index] === 'number' || row[index] === '-');
    const width = Math.max(head.length, ...texts.map((each) => each.length));
    const pad = (each: string) => (right ? each.padStart(width) : each.padEnd(width));
    return [head, ...texts].map(pad);
  });
  const lines = Array.from({ length: rows.length + 1 }, (_, line) => shown.map((column) => column[line]).join('  '));
  return lines.map((line) => line.trimEnd()).join('\n');
}

function text(cell: string | number): string {
  if (typeof cell === 'string') return printable(cell);
  return Number.isInteger(cell) ? cell.toLocaleString('en-US') : cell.toFixed(4);
}
