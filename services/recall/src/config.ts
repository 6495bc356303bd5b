import { groupId, topicName } from '@click-recall/contracts';
import type { Config } from '@click-recall/runtime';

/** What recall takes from the configuration. */
export interface RecallConfig {
  readonly groups: { readonly vectors: string; readonly items: string };
  readonly topics: {
    readonly vectors: string;
    readonly items: string;
    readonly recommendations: string;
    readonly deadLetters: string;
  };
  readonly graceMs: number;
}

/** Items of a message on `recommendations`. */
export const PUBLISHED_ITEMS = 20;

export function recallConfig({ namespace, graceMs }: Config): RecallConfig {
  return {
    groups: { vectors: groupId('recall', namespace), items: groupId('recall-items', namespace) },
    topics: {
      vectors: topicName('user-vectors', namespace),
      items: topicName('items', namespace),
      recommendations: topicName('recommendations', namespace),
      deadLetters: topicName('dead-letters', namespace),
    },
    graceMs,
  };
}
