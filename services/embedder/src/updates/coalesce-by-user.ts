import type { ClickCause, SequenceUpdate } from '@click-recall/contracts';

/** What is to be done for one user: the newest state, and the newest click behind it. */
export interface UserUpdate {
  readonly userId: string;
  readonly revision: number;
  readonly forgotten: boolean;
  /** The user was forgotten in this batch, and perhaps has come back since: what there is of them is to go first. */
  readonly erased: boolean;
  readonly cause: ClickCause;
}

/** One update a user: that of the newest revision. Of equal revisions the later message counts. */
export function coalesceByUser(updates: readonly SequenceUpdate[]): UserUpdate[] {
  const newest = new Map<string, UserUpdate>();
  for (const { userId, revision, forgotten, cause } of updates) {
    const known = newest.get(userId);
    const erased = forgotten || (known?.erased ?? false);
    const update = known && revision < known.revision ? known : { userId, revision, forgotten, cause };
    newest.set(userId, { ...update, erased });
  }
  return [...newest.values()];
}
