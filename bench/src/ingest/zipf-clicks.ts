import type { OutgoingMessage } from '@click-recall/kafka';
import { generator } from '../synthetic-clicks.js';

/** Draws ranks 0..count-1, rank k with a chance in proportion to 1 / (k + 1). */
function zipf(count: number, random: () => number): () => number {
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
  const random = generator(1);
  const user = zipf(users, random);
  const item = zipf(items, random);
  for (let index = 0; index < events; index++) {
    const userId = `user-${user()}`;
    const eventId = `bench-${String(index).padStart(8, '0')}`;
    const event = { eventId, userId, itemId: `item-${item()}`, timestamp: 1_700_000_000_000 + index * 7 };
    yield { key: userId, value: JSON.stringify(event) };
  }
}
