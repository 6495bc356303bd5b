import { sequenceAt, sequenceCount, type LabelledSequences, type SequenceBatch } from '../data/sequence-batch.js';
import { rankingMetrics, rankOfTarget, type RankingMetrics } from './rank-of-target.js';

export interface BaselineRequest extends LabelledSequences {
  readonly train: SequenceBatch;
  readonly itemCount: number;
  /** As in `evaluateFullRanking`. */
  readonly exclude?: SequenceBatch;
  readonly k?: number;
}

/** Ranks items by their clicks in `train`, the same for everybody. */
export function evaluatePopularity(request: BaselineRequest): RankingMetrics {
  const popularity = itemPopularity(request.train, request.itemCount);
  return evaluate(request, () => popularity);
}

/** Ranks items by how often they followed the query's last item in `train`; equals by popularity. */
export function evaluateMarkov(request: BaselineRequest): RankingMetrics {
  const popularity = itemPopularity(request.train, request.itemCount);
  const followers = transitionCounts(request.train);
  const lessThanOne = 1 / (request.train.items.length + 1);
  return evaluate(request, (input) => {
    const scores = popularity.map((clicks) => clicks * lessThanOne);
    for (const [item, count] of followers.get(input.at(-1) ?? 0) ?? []) scores[item] = scores[item]! + count;
    return scores;
  });
}

/** Clicks of every item; [0] is the padding's, 0. */
export function itemPopularity(train: SequenceBatch, itemCount: number): Float64Array {
  const clicks = new Float64Array(itemCount + 1);
  for (const item of train.items) clicks[item] = clicks[item]! + 1;
  return clicks;
}

function transitionCounts(train: SequenceBatch): Map<number, Map<number, number>> {
  const followers = new Map<number, Map<number, number>>();
  for (let user = 0; user < sequenceCount(train); user++) {
    const items = sequenceAt(train, user);
    for (let at = 1; at < items.length; at++) {
      const after = followers.get(items[at - 1]!) ?? new Map<number, number>();
      followers.set(items[at - 1]!, after.set(items[at]!, (after.get(items[at]!) ?? 0) + 1));
    }
  }
  return followers;
}

function evaluate(request: BaselineRequest, scoresFor: (input: Int32Array) => Float64Array): RankingMetrics {
  const { inputs, targets, exclude = inputs, k = 10 } = request;
  const ranks = targets.map((target, query) =>
    rankOfTarget(scoresFor(sequenceAt(inputs, query)), target, sequenceAt(exclude, query)),
  );
  return rankingMetrics(ranks, k);
}
