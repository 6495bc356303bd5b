import { createHash } from 'node:crypto';

export interface RecommendationIdentity {
  readonly userId: string;
  readonly sequenceRevision: number;
  readonly modelVersion: string;
  readonly ranker: string;
  /** The deletion that made a new list necessary: same user, revision and model, and yet another list. */
  readonly deletedItemId?: string | undefined;
}

/** 22 characters that follow from what the list was made of: a redelivery carries the same. */
export function recommendationId(identity: RecommendationIdentity): string {
  const { userId, sequenceRevision, modelVersion, ranker, deletedItemId } = identity;
  const parts = [
    userId,
    sequenceRevision,
    modelVersion,
    ranker,
    ...(deletedItemId === undefined ? [] : [deletedItemId]),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}
