import { setImmediate } from 'node:timers/promises';
import { sequenceAt, sequenceCount, type LabelledSequences, type SequenceBatch } from '../data/sequence-batch.js';
import { ModelInputError } from '../errors.js';
import { createBestRows } from './best-rows.js';
import { rankOfTarget, unranked } from './rank-of-target.js';
import { countLists, rankingCutoffs, rankingReport, type RankingReport } from './ranking-figures.js';
import type { Scores } from './scores.js';

export interface RankingRequest extends LabelledSequences {
  readonly scores: Scores;
  /** Clicks of every item in the training data, [0] the padding's; N + 1 numbers. */
  readonly clicks: Float64Array;
  /** Items that are not ranked, one list a query (the target always is); by default the inputs: seen items removed. */
  readonly exclude?: SequenceBatch;
  /** 1, 5, 10, 20, 50 and 100 unless set. */
  readonly cutoffs?: readonly number[];
}

/** Scores looked at between two turns of the event loop. */
const scoresPerTurn = 2 ** 22;

/** Every figure of ranking each target among all items but the excluded ones; ties count against the model. */
export async function evaluateRanking(request: RankingRequest): Promise<RankingReport> {
  const { clicks, cutoffs = rankingCutoffs } = request;
  const lists = countLists(clicks, cutoffs);
  const eligible = new Uint8Array(clicks.length).fill(1, 1);
  const bestRows = createBestRows(clicks.length, Math.max(...cutoffs), eligible);
  const ranks = await rankQueries(request, clicks.length - 1, (scores, target, excluded) => {
    const others = excluded.includes(target) ? excluded.filter((item) => item !== target) : excluded;
    lists.add(bestRows(scores, others));
  });
  return rankingReport(ranks, lists, cutoffs);
}

export type RankQueriesRequest = Pick<RankingRequest, 'scores' | 'inputs' | 'targets' | 'exclude'>;

/** Told of every query that has a ranking. */
export type OnRanking = (scores: ArrayLike<number>, target: number, excluded: Int32Array) => void;

/** The ranks of `rankEach`; yields to the event loop now and then. */
export async function rankQueries(
  request: RankQueriesRequest,
  itemCount: number,
  onRanking?: OnRanking,
): Promise<Int32Array> {
  const ranks = new Int32Array(request.targets.length);
  const perTurn = Math.max(1, Math.floor(scoresPerTurn / (itemCount + 1)));
  let query = 0;
  for (const rank of rankEach(request, itemCount, onRanking)) {
    ranks[query++] = rank;
    if (query % perTurn === 0) await setImmediate();
  }
  return ranks;
}

/**
 * The rank of target after target among all items but the excluded ones, from 0; -1 for a target outside 1 to N or a query
 * that has no scores. Throws a ModelInputError where targets or exclusions are not one a query.
 */
export function* rankEach(
  { scores, inputs, targets, exclude = inputs }: RankQueriesRequest,
  itemCount: number,
  onRanking?: OnRanking,
): Iterable<number> {
  const queries = sequenceCount(inputs);
  if (targets.length !== queries || sequenceCount(exclude) !== queries) {
    throw new ModelInputError(`${queries} inputs, ${targets.length} targets, ${sequenceCount(exclude)} exclusions`);
  }
  let query = 0;
  for (const own of scores(inputs)) {
    const target = targets[query]!;
    const excluded = sequenceAt(exclude, query++);
    if (own !== undefined) onRanking?.(own, target, excluded);
    yield own === undefined || target < 1 || target > itemCount ? unranked : rankOfTarget(own, target, excluded);
  }
}
