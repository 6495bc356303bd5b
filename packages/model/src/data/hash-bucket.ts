/**
 * A bucket from 1 to `buckets` for an id of a space too big for a row each; 0 is padding and stays 0. Ids that meet in a
 * bucket share its row. Source: document 002, end; the mixing is murmur3's finalizer.
 */
export function hashBucket(id: number, buckets: number): number {
  if (id === 0) return 0;
  let hash = id | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return 1 + (((hash ^ (hash >>> 16)) >>> 0) % buckets);
}

/** The same of a text, over its UTF-16 units (FNV-1a). */
export function hashTextBucket(text: string, buckets: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return 1 + ((hash >>> 0) % buckets);
}
