import type { Metrics } from '@click-recall/contracts';
import { evaluateMarkov, evaluatePopularity, type RankingMetrics } from '@click-recall/model';
import type { HeldOut, HeldOutClicks } from './hold-out.js';
import { rankClicks, type RankRequest } from './rank-clicks.js';

type Accuracy = Pick<Metrics, 'hr10' | 'ndcg10'>;

export interface Measured extends Accuracy {
  readonly clicks: number;
  readonly popularity: Accuracy;
  readonly markov: Accuracy;
}

export interface MeasureRequest extends Omit<RankRequest, 'clicks'> {
  readonly clicks: HeldOutClicks;
  /** What the baselines count. */
  readonly train: HeldOut['train'];
}

/** The model beside both baselines on the same held-out clicks: full ranking, seen items removed. */
export async function measure(request: MeasureRequest): Promise<Measured> {
  const { clicks, train, clickItemIds } = request;
  const none = { hr10: 0, ndcg10: 0 };
  if (clicks.targets.length === 0) return { ...none, clicks: 0, popularity: none, markov: none };
  const baseline = { inputs: clicks.inputs, targets: clicks.targets, train, itemCount: clickItemIds.length, k: 10 };
  return {
    ...(await rankClicks(request)),
    popularity: accuracy(evaluatePopularity(baseline)),
    markov: accuracy(evaluateMarkov(baseline)),
  };
}

function accuracy({ hr, ndcg }: RankingMetrics): Accuracy {
  return { hr10: hr, ndcg10: ndcg };
}
