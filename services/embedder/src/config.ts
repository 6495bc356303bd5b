import { groupId, topicName } from '@click-recall/contracts';
import type { Config } from '@click-recall/runtime';

/** What the embedder takes from the configuration. */
export interface EmbedderConfig {
  /** Consumer groups: of the updates, and of the items. */
  readonly group: string;
  readonly itemsGroup: string;
  readonly topics: {
    readonly updates: string;
    readonly items: string;
    readonly vectors: string;
    readonly deadLetters: string;
  };
  /** How long the index of the version that was live before is kept, ms. */
  readonly graceMs: number;
  /** Time between two looks for versions to retire, ms. */
  readonly retireEveryMs: number;
}

export function embedderConfig({ namespace, graceMs }: Config): EmbedderConfig {
  return {
    group: groupId('embedder', namespace),
    itemsGroup: groupId('embedder-items', namespace),
    topics: {
      updates: topicName('sequence-updates', namespace),
      items: topicName('items', namespace),
      vectors: topicName('user-vectors', namespace),
      deadLetters: topicName('dead-letters', namespace),
    },
    graceMs,
    retireEveryMs: Math.min(30_000, Math.max(1_000, graceMs / 2)),
  };
}
