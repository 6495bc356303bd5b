import { z } from 'zod';

/** Longest id of a user, an item or an event, in bytes of UTF-8. */
export const MAX_ID_BYTES = 512;

const encoder = new TextEncoder();

/** Codes that the id and time schemas put into `issue.params.code`, so that a reason can be told without reading messages. */
export type FieldFault = 'empty-id' | 'id-too-long' | 'malformed-id' | 'unsafe-integer-id' | 'invalid-timestamp';

/**
 * An id: a string of 1 to 512 bytes; a JSON number only where it is a safe integer, since any other has already lost digits.
 * Parses to the string.
 */
export const idSchema = z
  .union([z.string(), z.number()], { error: 'expected a string of 1 to 512 bytes or a safe integer' })
  .superRefine((value, context) => {
    const fault = idFault(value);
    if (fault) context.addIssue({ code: 'custom', message: ID_MESSAGES[fault], params: { code: fault } });
  })
  .transform(String)
  .meta({
    description: 'Id of 1 to 512 bytes of UTF-8; a safe integer is accepted and read as its decimal string.',
    // For JSON Schema, which counts characters and not bytes: necessary, if not sufficient.
    minLength: 1,
    maxLength: MAX_ID_BYTES,
  });

const LONE_SURROGATE = /\p{Surrogate}/u;

const ID_MESSAGES = {
  'empty-id': 'expected an id of at least 1 byte',
  'id-too-long': `expected an id of at most ${MAX_ID_BYTES} bytes`,
  'malformed-id': 'expected well-formed Unicode: half of a surrogate pair has no bytes in UTF-8',
  'unsafe-integer-id': 'expected a safe integer: larger numbers lose digits in JSON, send a string',
} as const;

/** What is wrong with an id, if anything. */
export function idFault(value: string | number): keyof typeof ID_MESSAGES | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? undefined : 'unsafe-integer-id';
  if (value.length === 0) return 'empty-id';
  // A UTF-16 unit takes at most 3 bytes: only ids near the limit need to be encoded to be measured.
  if (value.length > MAX_ID_BYTES || (value.length * 3 > MAX_ID_BYTES && encoder.encode(value).length > MAX_ID_BYTES)) {
    return 'id-too-long';
  }
  // Written as UTF-8 it would become U+FFFD, and two such ids the same one.
  return LONE_SURROGATE.test(value) ? 'malformed-id' : undefined;
}
