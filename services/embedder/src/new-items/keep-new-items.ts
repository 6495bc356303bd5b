import type { ActivationStore } from '@click-recall/redis';
import { messageOf, repeat, type Logger, type Metrics } from '@click-recall/runtime';
import type { WritableVersions } from '../open-versions.js';
import { countFollowed } from './pipeline.js';
import { writeNewItems, type WriteNewItemsDeps } from './write-new-items.js';

export interface KeepNewItemsDeps extends WriteNewItemsDeps {
  readonly openVersions: () => Promise<WritableVersions>;
  readonly activations: Pick<ActivationStore, 'read'>;
  readonly metrics: Pick<Metrics, 'vectorsWritten' | 'vectorsClamped' | 'newItemsFailed' | 'newItems' | 'beforeScrape'>;
  readonly logger: Pick<Logger, 'info' | 'debug'>;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
}

/**
 * Compares the live version's new items with the item store now and again: a Redis that came back with older data has what ingest stored
 * anew, and nothing of what was made of it. Also tells Prometheus how many there are.
 */
export function keepNewItems(deps: KeepNewItemsDeps): { readonly stop: () => Promise<void> } {
  const { openVersions, activations, coldVectors, metrics, logger, signal, everyMs = 300_000 } = deps;
  metrics.beforeScrape(async () => {
    const activation = await activations.read();
    metrics.newItems.set(activation?.mapping ? await coldVectors.count(activation.encoder) : 0);
  });
  const look = async (): Promise<void> => {
    const { live } = await openVersions();
    // Without a mapping it went live without new items, since that failed.
    if (!live || !(await activations.read())?.mapping) return;
    const kept = await writeNewItems(deps, live, { signal });
    countFollowed(metrics, kept);
    if (kept.written > 0) {
      logger.info(
        { version: live.version },
        `${kept.written} new items of ${live.version} had no vector, and have one now`,
      );
    }
  };
  return repeat(look, {
    everyMs,
    onError: (error) => logger.debug({ err: error }, `new items were not looked at: ${messageOf(error)}`),
  });
}
