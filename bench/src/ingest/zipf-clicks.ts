import type { OutgoingMessage } from '@click-recall/kafka';

/** Numbers from 0 to 1, the same in every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws ranks 0..count-1, rank k with a chance in proportion to 1 / (k + 1). */
export function zipf(count: number, random: () => number): () => number {
  const cumulated = new Float64Array(count);
  let total = 0;
  for (let rank = 0; rank < count; rank++) cumulated[rank] = total += 1 / (rank + 1);
  return () => {
    const drawn = random() * total;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulated[middle] ?? 0) < drawn) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** Click events in time order, a few milliseconds apart, as a replayed log has them. */
export function* zipfClicks(events: number, users: number, items: number): Generator<OutgoingMessage> {
  const random = seededRandom(1);
  const user = zipf(users, random);
  const item = zipf(items, random);
  for (let index = 0; index < events; index++) {
    const userId = `user-${user()}`;
    const eventId = `bench-${String(index).padStart(8, '0')}`;
    const event = { eventId, userId, itemId: `item-${item()}`, timestamp: 1_700_000_000_000 + index * 7 };
    yield { key: userId, value: JSON.stringify(event) };
  }
}
