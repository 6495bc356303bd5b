/** Why an event was refused; label of a metric and header of a dead letter, so a closed list. */
export const REJECTION_REASONS = [
  'tombstone',
  'unreadable-batch',
  'too-large',
  'not-json',
  'not-an-object',
  'unsupported-version',
  'missing-field',
  'wrong-type',
  'empty-id',
  'id-too-long',
  'malformed-id',
  'unsafe-integer-id',
  'invalid-timestamp',
  'timestamp-too-old',
  'timestamp-too-far-ahead',
  'invalid-value',
] as const;

export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** One refused event: the machine-readable reason, the field it is about (dotted path, '' for the whole), and what was expected. */
export interface Rejection {
  readonly reason: RejectionReason;
  readonly field: string;
  readonly message: string;
}

/** A parsed value or the reason why there is none. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly rejection: Rejection };
