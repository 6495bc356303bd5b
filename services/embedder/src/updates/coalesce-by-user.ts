import type { ClickCause, SequenceUpdate } from '@click-recall/contracts';

/** What is to be done for one user: the newest state, and the newest click behind it. */
export interface UserUpdate {
  readonly userId: string;
  readonly revision: number;
  readonly forgotten: boolean;
  readonly cause: ClickCause;
}

/** One update a user: that of the newest revision. Of equal revisions the later message counts. */
export function coalesceByUser(updates: readonly SequenceUpdate[]): UserUpdate[] {
  const newest = new Map<string, UserUpdate>();
  for (const { userId, revision, forgotten, cause } of updates) {
    const known = newest.get(userId);
    if (!known || revision >= known.revision) newest.set(userId, { userId, revision, forgotten, cause });
  }
  return [...newest.values()];
}
