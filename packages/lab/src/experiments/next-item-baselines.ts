import type { Dataset } from '@click-recall/datasets';
import {
  evaluateRanking,
  itemKnnScores,
  markovScores,
  popularityScores,
  recentPopularityScores,
  sequenceBatch,
  splitLeaveOneOut,
  type RankingReport,
  type Scores,
  type SequenceBatch,
} from '@click-recall/model';
import type { BaselineOutcome, BaselineRequest, Figures } from '../experiment-kind.js';
import { nextItemSplit } from '../protocol/next-item-split.js';

/** What is popular now is what was clicked in these days before the newest click of the training split. */
const RECENT_DAYS = 7;

/** Popularity, that of the last days where the data has times, first-order Markov and item-kNN, on the last click of each user. */
export async function nextItemBaselines({
  data,
  protocol,
  signal,
}: BaselineRequest): Promise<readonly BaselineOutcome[]> {
  const { train, test } = nextItemSplit(data, protocol);
  const itemCount = data.itemIds.length;
  const times = trainTimes(data);
  const baselines: readonly (readonly [name: string, scores: Scores])[] = [
    ['popularity', popularityScores(train, itemCount)],
    ...(times
      ? ([
          [
            `popularity of the last ${RECENT_DAYS} days`,
            recentPopularityScores({ train, itemCount, times, days: RECENT_DAYS }),
          ],
        ] as const)
      : []),
    ['first-order Markov', markovScores(train, itemCount)],
    ['item-kNN', itemKnnScores({ train, itemCount })],
  ];
  const outcomes: BaselineOutcome[] = [];
  for (const [name, scores] of baselines) {
    signal.throwIfAborted();
    const report = await evaluateRanking({ scores, clicks: clicksOf(train, itemCount), ...test });
    outcomes.push({ name, test: rankingFigures(report) });
  }
  return outcomes;
}

/** Clicks of every item; [0] is the padding's, 0. */
export function clicksOf({ items }: SequenceBatch, itemCount: number): Float64Array {
  const clicks = new Float64Array(itemCount + 1);
  for (const item of items) clicks[item] = clicks[item]! + 1;
  return clicks;
}

/** A ranking's figures by the names that tables show. */
export function rankingFigures({ mrr: whole, at }: RankingReport): Figures {
  return Object.fromEntries([
    ['MRR', whole],
    ...at.flatMap(({ k, hr, ndcg, mrr, recall, coverage, popularity }) => [
      [`HR@${k}`, hr],
      [`NDCG@${k}`, ndcg],
      [`MRR@${k}`, mrr],
      [`recall@${k}`, recall],
      [`coverage@${k}`, coverage],
      [`popularity@${k}`, popularity],
    ]),
  ]) as Figures;
}

/** When each click of the training split was, in its order; undefined where the data has no times. */
function trainTimes({ userIds, interactions: { users, times } }: Dataset): Float64Array | undefined {
  if (!times) return undefined;
  // Split as the clicks are, with the row of a click, from 1, in the place of its item.
  const rows: number[][] = userIds.map(() => []);
  users.forEach((user, row) => rows[user]!.push(row + 1));
  return Float64Array.from(splitLeaveOneOut(sequenceBatch(rows)).train.items, (row) => times[row - 1]!);
}
