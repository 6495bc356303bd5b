/** Something about an experiment that a person can put right; the message names the file, and the field or line. */
export class LabError extends Error {
  override readonly name = 'LabError';
}
