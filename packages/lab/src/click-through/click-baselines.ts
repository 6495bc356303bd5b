import { clickMetrics } from '@click-recall/model';
import type { BaselineOutcome, BaselineRequest } from '../experiment-kind.js';
import { clickRows } from './click-rows.js';
import { randomSplit } from './click-settings.js';
import { figuresOf } from './train-click-experiment.js';

/** Rows that a share counts for before any was seen. */
const prior = 5;

/** What needs no network: an item's share of positive rows, and that beside the user's. */
export async function clickBaselines({ data: given, protocol }: BaselineRequest): Promise<readonly BaselineOutcome[]> {
  const { data, labels, split } = clickRows(given, randomSplit(protocol), 1);
  const { users, items } = data.interactions;
  const { overall, shareOf } = shares(split.train, labels);
  const [user, item] = [shareOf(users), shareOf(items)];
  const measure = (score: (row: number) => number): Pick<BaselineOutcome, 'test' | 'validation'> => {
    const [test, validation] = [split.test, split.validation].map((rows) =>
      figuresOf(
        clickMetrics(
          Float32Array.from(rows, score),
          Float32Array.from(rows, (row) => labels[row]!),
          Int32Array.from(rows, (row) => users[row]!),
        ),
      ),
    );
    return { test: test!, validation: validation! };
  };
  const logit = (share: number): number => Math.log(share / (1 - share));
  return [
    { name: "popularity (the item's share of positives)", ...measure((row) => item(items[row]!)) },
    {
      name: "the item's and the user's share of positives",
      ...measure((row) => {
        const sum = logit(item(items[row]!)) + logit(user(users[row]!)) - logit(overall);
        return 1 / (1 + Math.exp(-sum));
      }),
    },
  ];
}

/** Shares of positive rows by id, drawn towards the share of all. */
function shares(
  train: Int32Array,
  labels: Float32Array,
): { overall: number; shareOf: (ids: Int32Array) => (id: number) => number } {
  const overall = train.reduce((sum, row) => sum + labels[row]!, 0) / train.length;
  const shareOf = (ids: Int32Array): ((id: number) => number) => {
    const rows = new Map<number, { count: number; positive: number }>();
    for (const row of train) {
      const { count, positive } = rows.get(ids[row]!) ?? { count: 0, positive: 0 };
      rows.set(ids[row]!, { count: count + 1, positive: positive + labels[row]! });
    }
    return (id) => {
      const { count, positive } = rows.get(id) ?? { count: 0, positive: 0 };
      return (positive + prior * overall) / (count + prior);
    };
  };
  return { overall, shareOf };
}
