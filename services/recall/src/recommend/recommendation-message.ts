import type { Cause, Recommendation, RecommendedItem } from '@click-recall/contracts';
import type { OutgoingMessage } from '@click-recall/kafka';
import type { LiveModel } from '../live/live-model.js';
import { recommendationId } from './recommendation-id.js';

export interface RecommendationParts {
  readonly userId: string;
  readonly sequenceRevision: number;
  readonly items: RecommendedItem[];
  /** Null where they are in the order recalled. */
  readonly rankerVersion: string | null;
  readonly cause: Cause;
}

/** The message on `recommendations` of one user. */
export function recommendationMessage(
  { version }: Pick<LiveModel, 'version'>,
  { userId, sequenceRevision, items, rankerVersion, cause }: RecommendationParts,
): OutgoingMessage {
  const deletedItemId = cause.kind === 'item-deleted' ? cause.itemId : undefined;
  const ranker = rankerVersion ?? '';
  const message: Recommendation = {
    version: 1,
    recommendationId: recommendationId({ userId, sequenceRevision, modelVersion: version, ranker, deletedItemId }),
    userId,
    sequenceRevision,
    items,
    modelVersion: version,
    rankerVersion,
    generatedAt: Date.now(),
    cause,
  };
  return { key: userId, value: JSON.stringify(message) };
}
