import type { UserVectorMessage } from '@click-recall/contracts';

/** A message on `user-vectors`: the user was forgotten, or has this vector. */
export type VectorEvent =
  | { readonly kind: 'forgotten'; readonly userId: string }
  | { readonly kind: 'vector'; readonly userId: string; readonly message: UserVectorMessage };

/**
 * The newest of each user: the later message, unless it is a vector of an older revision. Tombstones come first, also that of a user who
 * was forgotten and has come back.
 */
export function coalesceVectors(events: readonly VectorEvent[]): VectorEvent[] {
  const newest = new Map<string, VectorEvent>();
  const forgotten = new Map<string, VectorEvent>();
  for (const event of events) {
    if (event.kind === 'forgotten') forgotten.set(event.userId, event);
    const known = newest.get(event.userId);
    const older =
      known?.kind === 'vector' &&
      event.kind === 'vector' &&
      event.message.sequenceRevision < known.message.sequenceRevision;
    if (!older) newest.set(event.userId, event);
  }
  return [...forgotten.values(), ...[...newest.values()].filter(({ kind }) => kind === 'vector')];
}
