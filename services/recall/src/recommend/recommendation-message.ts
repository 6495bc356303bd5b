import type { Cause, Recommendation, RecommendedItem } from '@click-recall/contracts';
import type { OutgoingMessage } from '@click-recall/kafka';
import type { LiveModel } from '../live/live-model.js';
import { recommendationId } from './recommendation-id.js';

export interface RecommendationParts {
  readonly userId: string;
  readonly sequenceRevision: number;
  readonly items: RecommendedItem[];
  readonly cause: Cause;
}

/** The message on `recommendations` of one user. */
export function recommendationMessage(
  { version, ranker }: Pick<LiveModel, 'version' | 'ranker'>,
  { userId, sequenceRevision, items, cause }: RecommendationParts,
): OutgoingMessage {
  const deletedItemId = cause.kind === 'item-deleted' ? cause.itemId : undefined;
  const message: Recommendation = {
    version: 1,
    recommendationId: recommendationId({ userId, sequenceRevision, modelVersion: version, ranker, deletedItemId }),
    userId,
    sequenceRevision,
    items,
    modelVersion: version,
    generatedAt: Date.now(),
    cause,
  };
  return { key: userId, value: JSON.stringify(message) };
}
