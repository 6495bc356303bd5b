import { DataFileError } from './data-file-error.js';
import { readLines } from './open-text.js';

/**
 * Tells files without options apart by their first line: a header that types its columns (`user_id:token`) is RecBole's, and
 * all else lines of a user and its items.
 *
 * @throws DataFileError when there is no such file or nothing in it
 */
export async function detectFormat(file: string): Promise<'recbole' | 'user-items'> {
  for await (const [, text] of readLines(file)) {
    if (text.trim() === '') continue;
    return /^\S+:(token|token_seq|float|float_seq)(\t|$)/.test(text) ? 'recbole' : 'user-items';
  }
  throw new DataFileError(`${file}: is empty`);
}
