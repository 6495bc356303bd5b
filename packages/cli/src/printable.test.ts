import { expect, it } from 'vitest';
import { formatTable } from './format-table.js';
import { createOutput } from './output.js';
import { printable } from './printable.js';

it('shows text of others, and lets nothing of it reach the terminal as a command', () => {
  expect(printable('Amélie 😀 {a}')).toBe('Amélie 😀 {a}');
  expect(printable('\u001B[2J\r\n\t\u009B\u202E\u2028\uD800')).toBe(
    '\\u{1b}[2J\\u{d}\\u{a}\\u{9}\\u{9b}\\u{202e}\\u{2028}\\u{d800}',
  );
  expect(printable('a\n\tb\r', { lines: true })).toBe('a\n\tb\\u{d}');
});

it('is what every command writes: results, remarks, errors and the cells of tables', () => {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text) };
  const output = createOutput(stream, stream, false);
  output.result(() => 'two\nlines \u001B]0;title\u0007', null);
  output.note('remark \u001B[1m');
  output.error('error \u001B[1m');
  expect(written).toEqual(['two\nlines \\u{1b}]0;title\\u{7}\n', 'remark \\u{1b}[1m\n', 'error: error \\u{1b}[1m\n']);
  expect(formatTable([{ head: 'id', cell: (id: string) => id }], ['a\nb'])).toBe('id\na\\u{a}b');
});
