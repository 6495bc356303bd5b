import type { ItemStore } from '@click-recall/redis';
import { repeat } from '@click-recall/runtime';

/**
 * A deleted item is in no answer and no message from this long after its deletion was stored, ms: well within the five seconds that are
 * promised, so that the lists that held it are published anew by then, and still generous for a list of 100,000 (50 ms to read).
 */
export const DELETION_SEEN_MS = 2_500;

/** A read that took long (a stall of the server or of this process) must not put the next one off past what is promised, ms. */
const MOST_PAUSE_MS = 1_000;

export interface DeletedItems {
  readonly has: (itemId: string) => boolean;
  readonly refresh: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * The ids of all deleted items, read again every `everyMs`; a long list less often, so that it takes a twentieth of the time, but at least
 * every second. One list for everything: an item is either deleted for HTTP and messages alike, or not yet.
 */
export function watchDeletedItems(items: Pick<ItemStore, 'listDeleted'>, everyMs = 500): DeletedItems {
  let deleted: ReadonlySet<string> = new Set();
  let tookMs = 0;

  const refresh = async (): Promise<void> => {
    const started = performance.now();
    deleted = new Set(await items.listDeleted());
    tookMs = performance.now() - started;
  };
  const repeated = repeat(refresh, { everyMs: () => Math.max(everyMs, Math.min(20 * tookMs, MOST_PAUSE_MS)) });
  return { has: (itemId) => deleted.has(itemId), refresh, close: repeated.stop };
}
