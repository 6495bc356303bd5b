import type { JobResult, RankerMetrics, TrainProgress } from '@click-recall/contracts';
import type { FlowStep, FlowView } from '@click-recall/jobs';

/** What a finished epoch came to, in a line. */
export function describeEpoch({ epoch, loss, validationNdcg10 }: TrainProgress['curve'][number]): string {
  const validation = validationNdcg10 === null ? '' : `   validation NDCG@10 ${validationNdcg10.toFixed(4)}`;
  return `epoch ${String(epoch).padStart(3)}   loss ${loss.toFixed(4)}${validation}`;
}

/** What a step of a flow came to, in a few words; undefined before it has a result. */
export function describeStep({ jobs }: FlowView, step: FlowStep): string | undefined {
  switch (step) {
    case 'train': {
      const result = jobs.train?.result;
      if (!result) return undefined;
      const { modelVersion, metrics } = result;
      return `${modelVersion}: ${metrics.epochs} epochs, loss ${metrics.loss.toFixed(4)}, NDCG@10 ${metrics.ndcg10.toFixed(4)}`;
    }
    case 'embed': {
      const result = jobs.embed?.result;
      if (!result) return undefined;
      const newItems = result.newItems ? `, ${result.newItems} new ones` : '';
      return `${result.items} items${newItems}, ${result.users} users, recall@100 of the index ${result.indexRecall.toFixed(4)}`;
    }
    case 'activate': {
      const result = jobs.activate?.result;
      return result && `${result.modelVersion} is live`;
    }
    case 'republish': {
      const result = jobs.republish?.result;
      return result && `${result.published} recommendations published`;
    }
  }
}

/** What the training of a ranker came to, in a few words. */
export function describeRanker({ rankerVersion, metrics }: JobResult<'train-ranker'>): string {
  return `${rankerVersion}: ${describeRankerMetrics(metrics)}`;
}

/** How a ranker was judged. */
export function describeRankerMetrics({ ndcg10, clicks }: RankerMetrics): string {
  return `NDCG@10 ${ndcg10.recalled.toFixed(4)} recalled, ${ndcg10.reranked.toFixed(4)} re-ranked, on ${clicks} held-out clicks`;
}
