import type { InteractionRow } from './build-dataset.js';
import { DataFileError } from './data-file-error.js';
import { readLines } from './open-text.js';

/**
 * Reads lines of a user and what they clicked, oldest first, apart by white space: one item a line (`user-item`), or a
 * user's items a line (`user-items`).
 *
 * @throws DataFileError naming the line that is neither
 */
export async function readLinesOfItems(file: string, format: 'user-item' | 'user-items'): Promise<InteractionRow[]> {
  const rows: InteractionRow[] = [];
  for await (const [line, text] of readLines(file)) {
    if (text.trim() === '') continue;
    const [user = '', ...items] = text.trim().split(/\s+/);
    const expected = format === 'user-item' ? 'a user and an item' : 'a user and its items';
    if (items.length === 0 || (format === 'user-item' && items.length > 1)) {
      throw new DataFileError(`${file}:${line}: expected ${expected}, found ${shown(text)}`);
    }
    for (const item of items) rows.push({ user, item });
  }
  return rows;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}
