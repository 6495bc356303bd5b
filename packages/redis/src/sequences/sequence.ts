/** One click of a user, as the sequence keeps it. `timestamp` is the event's own time, ms since the epoch. */
export interface SequenceEvent {
  readonly timestamp: number;
  readonly eventId: string;
  readonly itemId: string;
}

/** A user's newest clicks, oldest first, by (time, event id, item id). A user nobody knows has revision 0 and no events. */
export interface Sequence {
  readonly userId: string;
  readonly revision: number;
  readonly events: readonly SequenceEvent[];
}

/** One message of the log about a user. `appendTimeMs` is the broker's append time of that message. */
export type SequenceOperation =
  | ({ readonly kind: 'add'; readonly appendTimeMs: number } & SequenceEvent)
  | { readonly kind: 'forget'; readonly appendTimeMs: number };

/** All operations of one user within a batch, in the order of the log. A user comes once in a batch. */
export interface UserOperations {
  readonly userId: string;
  readonly operations: readonly SequenceOperation[];
}

/** What became of one user's operations. */
export interface AppliedUser {
  readonly userId: string;
  /** Of the sequence as it is now; of a user who was forgotten and did nothing since, the append time of the forget. */
  readonly revision: number;
  /** The sequence is another one than before this step. */
  readonly changed: boolean;
  /**
   * A sequence-update must be published: the sequence changed, or one of these messages changed it at an earlier delivery
   * whose update may never have got out (the process ended between applying and publishing).
   */
  readonly announce: boolean;
  /** The user was forgotten and has no event since. */
  readonly forgotten: boolean;
  /** Events new to the sequence. */
  readonly added: number;
  /** Events evicted from the full sequence by newer ones. */
  readonly dropped: number;
  /** Events that were there already. */
  readonly duplicate: number;
  /** Events older than a full sequence: repeats of dropped ones or too late, which cannot be told apart. */
  readonly stale: number;
  /** Events erased by a later forget of the same batch. */
  readonly erased: number;
  /** Place, in `operations`, of the newest event behind this revision: newest added, else newest repeated; of a forgotten user the forget; -1 when there is nothing to announce. */
  readonly cause: number;
}
