import { MAX_EVENT_BYTES, MAX_ID_BYTES, REJECTION_REASONS, type RejectionReason } from '@click-recall/contracts';

/** A reason in words, and what would mend a message that was refused for it. */
export interface ReasonInWords {
  readonly what: string;
  readonly mend: string;
}

const PATCH = 'replay it with --patch and the field as it should be';

const REASONS: Readonly<Record<RejectionReason, ReasonInWords>> = {
  tombstone: { what: 'it has no value', mend: 'replay it with --value and the whole event, or leave it' },
  'unreadable-batch': {
    what: 'a whole batch is damaged, packed by an unknown codec, or too large when unpacked',
    mend: 'its producer has to send the events again; those in it cannot be told apart here',
  },
  'too-large': {
    what: `it is longer than ${MAX_EVENT_BYTES} bytes`,
    mend: 'replay it with --value-file and a shorter event (less context or attributes)',
  },
  'not-json': { what: 'it is no JSON in UTF-8', mend: 'replay it with --value or --value-file and the whole event' },
  'not-an-object': { what: 'it is JSON, but no object', mend: 'replay it with --value and one event' },
  'unsupported-version': {
    what: 'it is of a version of the schema that the service did not know',
    mend: 'upgrade the service, then replay it as it is; or --patch \'{"version":1}\' where that is what it is',
  },
  'missing-field': { what: 'a field that must be there is not', mend: PATCH },
  'wrong-type': { what: 'a field has another type than it should', mend: PATCH },
  'empty-id': { what: 'an id is empty', mend: PATCH },
  'id-too-long': { what: `an id is longer than ${MAX_ID_BYTES} bytes`, mend: PATCH },
  'malformed-id': { what: 'an id is no well-formed Unicode', mend: PATCH },
  'unsafe-integer-id': { what: 'an id is a number that JSON does not keep exactly', mend: `${PATCH}, as a string` },
  'invalid-timestamp': { what: 'its time is neither milliseconds nor ISO 8601', mend: PATCH },
  'timestamp-too-old': {
    what: 'its time is before 1990',
    mend: `${PATCH}; seconds instead of milliseconds are the usual cause`,
  },
  'timestamp-too-far-ahead': {
    what: 'its time was more than a day ahead of the broker',
    mend: `replay it as it is once that day is near, or ${PATCH}`,
  },
  'invalid-value': { what: 'a field has a value that is not allowed', mend: PATCH },
};

/** Later services may have reasons of their own. */
export function reasonInWords(reason: string): ReasonInWords {
  const known = REJECTION_REASONS.find((each) => each === reason);
  return known ? REASONS[known] : { what: 'a reason that this command does not know', mend: 'a newer one may say' };
}
