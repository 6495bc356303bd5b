import type { SequenceStore } from '@click-recall/redis';
import { repeat } from '@click-recall/runtime';

/** Users looked at, newest activity first, and the newest items of each. */
const USERS = 1_000;
const ITEMS_PER_USER = 50;
/** Users read at a time: answers go on in between. */
const SLICE = 50;
/** Items kept. */
const KEPT = 2_000;

export interface PopularItem {
  readonly itemId: string;
  /** How many of the users looked at clicked it lately. */
  readonly users: number;
}

export interface PopularItems {
  /** Most popular first; equal ones by id. */
  readonly list: () => readonly PopularItem[];
  readonly refresh: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What recently active users clicked lately, counted anew every `everyMs`; sooner as long as there is nothing. */
export function watchPopularItems(
  sequences: Pick<SequenceStore, 'recentUsers' | 'seenMany'>,
  everyMs = 30_000,
  emptyEveryMs = 1_000,
): PopularItems {
  let popular: readonly PopularItem[] = [];

  const refresh = async (): Promise<void> => {
    const users = await sequences.recentUsers(USERS);
    const lists: string[][] = [];
    for (let from = 0; from < users.length; from += SLICE) {
      lists.push(...(await sequences.seenMany(users.slice(from, from + SLICE), ITEMS_PER_USER)));
    }
    popular = countUsers(lists).slice(0, KEPT);
  };
  const repeated = repeat(refresh, { everyMs: () => (popular.length > 0 ? everyMs : emptyEveryMs) });
  return { list: () => popular, refresh, close: repeated.stop };
}

/** Items by the number of lists that hold them. */
export function countUsers(lists: readonly (readonly string[])[]): PopularItem[] {
  const counts = new Map<string, number>();
  for (const list of lists) for (const itemId of new Set(list)) counts.set(itemId, (counts.get(itemId) ?? 0) + 1);
  return [...counts]
    .map(([itemId, users]) => ({ itemId, users }))
    .sort((a, b) => b.users - a.users || (a.itemId < b.itemId ? -1 : 1));
}
