import { groupId, topicName } from '@click-recall/contracts';
import type { Config } from '@click-recall/runtime';

/** What ingest takes from the configuration. */
export interface IngestConfig {
  readonly group: string;
  readonly topics: {
    readonly clicks: string;
    readonly items: string;
    readonly updates: string;
    readonly deadLetters: string;
  };
}

export function ingestConfig({ namespace }: Pick<Config, 'namespace'>): IngestConfig {
  return {
    group: groupId('ingest', namespace),
    topics: {
      clicks: topicName('clicks', namespace),
      items: topicName('items', namespace),
      updates: topicName('sequence-updates', namespace),
      deadLetters: topicName('dead-letters', namespace),
    },
  };
}
