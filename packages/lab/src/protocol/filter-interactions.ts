import { buildDataset, type Dataset } from '@click-recall/datasets';
import { LabError } from '../lab-error.js';
import type { Protocol } from './protocol.js';

/**
 * The interactions that count by the protocol, users and items numbered anew.
 *
 * @throws LabError when none is left
 */
export function filterInteractions(data: Dataset, protocol: Protocol): Dataset {
  const { users, items, times, ratings } = data.interactions;
  let rows = Array.from(users, (_, row) => row);
  if (!protocol.keepRepeats) rows = firstOfPair(rows, data);
  rows = withEnoughClicks(rows, data, protocol.minUserClicks, protocol.minItemClicks);
  if (rows.length === users.length) return data;
  if (rows.length === 0)
    throw new LabError(`${data.name}: no interaction is left by the protocol's minUserClicks and minItemClicks`);
  const { items: itemFeatures, users: userFeatures } = data;
  return buildDataset({
    name: data.name,
    file: data.name,
    rows: rows.map((row) => ({
      user: data.userIds[users[row]!]!,
      item: data.itemIds[items[row]! - 1]!,
      ...(times && { time: times[row]! }),
      ...(ratings && { rating: ratings[row]! }),
    })),
    ...(itemFeatures && { items: new Map(data.itemIds.map((id, at) => [id, itemFeatures[at]!])) }),
    ...(userFeatures && { users: new Map(data.userIds.map((id, at) => [id, userFeatures[at]!])) }),
  });
}

function firstOfPair(rows: readonly number[], { interactions, itemIds }: Dataset): number[] {
  const seen = new Set<number>();
  return rows.filter((row) => {
    const pair = interactions.users[row]! * (itemIds.length + 1) + interactions.items[row]!;
    return !seen.has(pair) && seen.add(pair);
  });
}

function withEnoughClicks(rows: number[], data: Dataset, minUser: number, minItem: number): number[] {
  const { users, items } = data.interactions;
  for (;;) {
    const ofUser = new Int32Array(data.userIds.length);
    const ofItem = new Int32Array(data.itemIds.length + 1);
    for (const row of rows) {
      ofUser[users[row]!]!++;
      ofItem[items[row]!]!++;
    }
    const left = rows.filter((row) => ofUser[users[row]!]! >= minUser && ofItem[items[row]!]! >= minItem);
    if (left.length === rows.length) return left;
    rows = left;
  }
}
