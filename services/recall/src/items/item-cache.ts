import type { ItemStore } from '@click-recall/redis';

/** What answers need to know of an item. */
export interface ItemInfo {
  readonly title?: string;
  readonly categories: readonly string[];
}

export interface ItemCache {
  /** What is known of items, in the order asked for; undefined where nothing is. */
  get(itemIds: readonly string[]): Promise<(ItemInfo | undefined)[]>;
}

export interface ItemCacheOptions {
  readonly items: Pick<ItemStore, 'get'>;
  /** Items kept. */
  readonly size?: number;
  /** Older than this, an entry is read anew behind the answer, ms. */
  readonly freshMs?: number;
  /** Older than this, it is read anew before the answer, ms. */
  readonly staleMs?: number;
  readonly now?: () => number;
}

interface Entry {
  readonly info: ItemInfo | undefined;
  readonly readAt: number;
}

/** Titles and categories in memory: the least recently added go first. Deletions do not pass through here (`watchDeletedItems`). */
export function createItemCache(options: ItemCacheOptions): ItemCache {
  const { items, size = 100_000, freshMs = 30_000, staleMs = 60_000, now = Date.now } = options;
  const entries = new Map<string, Entry>();
  const refreshing = new Set<string>();

  const read = async (itemIds: readonly string[]): Promise<Map<string, Entry>> => {
    const readAt = now();
    const found = await items.get(itemIds);
    const answer = new Map<string, Entry>();
    itemIds.forEach((itemId, place) => {
      const item = found[place];
      const info = item && { ...(item.title && { title: item.title }), categories: item.categories ?? [] };
      const entry = { info, readAt };
      answer.set(itemId, entry);
      entries.delete(itemId);
      entries.set(itemId, entry);
    });
    for (const oldest of entries.keys()) {
      if (entries.size <= size) break;
      entries.delete(oldest);
    }
    return answer;
  };

  const refresh = async (itemIds: readonly string[]): Promise<void> => {
    for (const itemId of itemIds) refreshing.add(itemId);
    try {
      await read(itemIds);
    } catch {
      // Redis away: the next reader after `staleMs` is told.
    } finally {
      for (const itemId of itemIds) refreshing.delete(itemId);
    }
  };

  return {
    async get(itemIds) {
      const time = now();
      const missing: string[] = [];
      const aging: string[] = [];
      const known = itemIds.map((itemId) => {
        const entry = entries.get(itemId);
        const age = entry ? time - entry.readAt : Infinity;
        if (age >= staleMs) missing.push(itemId);
        else if (age >= freshMs && !refreshing.has(itemId)) aging.push(itemId);
        return entry?.info;
      });
      if (aging.length > 0) void refresh(aging);
      if (missing.length === 0) return known;
      const added = await read([...new Set(missing)]);
      return itemIds.map((itemId, place) => (added.has(itemId) ? added.get(itemId)?.info : known[place]));
    },
  };
}
