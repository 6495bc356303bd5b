import type { ItemText } from './cold-start.js';

/** Whether there is anything to make a vector of. */
export function isDescribed(item: ItemText | undefined): boolean {
  return (item?.title ?? '').trim() !== '' || (item?.categories ?? []).length > 0;
}
