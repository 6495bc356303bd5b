import type { ItemStore } from '@click-recall/redis';

/** A deletion is in no answer and no message from this long after it was stored, ms; generous for a list of many thousands. */
export const DELETION_SEEN_MS = 5_000;

export interface DeletedItems {
  has(itemId: string): boolean;
  refresh(): Promise<void>;
  close(): void;
}

/**
 * The ids of all deleted items, read again every `everyMs` (and never more than a twentieth of the time, however long the
 * list). One list for everything: an item is either deleted for HTTP and messages alike, or not yet.
 */
export function watchDeletedItems(items: Pick<ItemStore, 'listDeleted'>, everyMs = 1_000): DeletedItems {
  let deleted: ReadonlySet<string> = new Set();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const refresh = async (): Promise<void> => {
    deleted = new Set(await items.listDeleted());
  };
  const next = (afterMs: number): void => {
    if (closed) return;
    timer = setTimeout(() => {
      const started = performance.now();
      const done = (): void => next(Math.max(everyMs, 20 * (performance.now() - started)));
      refresh().then(done, done);
    }, afterMs);
    timer.unref();
  };

  next(everyMs);
  return {
    has: (itemId) => deleted.has(itemId),
    refresh,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
