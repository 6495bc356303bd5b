/** A data file, a column or a row of it is not what it should be; the message names the file, and the line where there is one. */
export class DataFileError extends Error {
  override readonly name = 'DataFileError';
}
