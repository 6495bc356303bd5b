/** A data file, a column or a row of it is not what it should be; the message names the file, and the line where there is one. */
export class DataFileError extends Error {
  override readonly name = 'DataFileError';
}

/** A cell as text; '' for what is neither text nor a number (a list, say, which nothing here can be). */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** A cell as a message shows it. JSON.parse reads values nested so deep that JSON.stringify runs out of stack over them. */
export function shownCell(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'nothing';
  } catch {
    return 'something nested too deep to be shown';
  }
}
