import type { Recommendation } from '@click-recall/contracts';

type Identity = Pick<Recommendation, 'userId' | 'sequenceRevision' | 'recommendationId'>;

export interface NewestOnly {
  /** Whether this one is news: neither older than, nor the same as, the last one of its user. */
  isNews(recommendation: Identity): boolean;
  forget(userId: string): void;
}

/**
 * Remembers the last recommendation of the users seen last. Bounded: of a user out of memory the next one counts as news, which is a
 * repeat at worst, and topics are read in order of a user anyway.
 */
export function createNewestOnly(maxUsers: number): NewestOnly {
  const last = new Map<string, { sequenceRevision: number; recommendationId: string }>();
  return {
    isNews({ userId, sequenceRevision, recommendationId }) {
      const known = last.get(userId);
      if (known && (sequenceRevision < known.sequenceRevision || recommendationId === known.recommendationId))
        return false;
      // A Map keeps the order of insertion: set anew, the user is the newest.
      last.delete(userId);
      last.set(userId, { sequenceRevision, recommendationId });
      if (last.size > maxUsers) {
        const [oldest] = last.keys();
        if (oldest !== undefined) last.delete(oldest);
      }
      return true;
    },
    forget: (userId) => void last.delete(userId),
  };
}
