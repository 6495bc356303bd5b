import type { TrainProgress } from '@click-recall/contracts';
import { isPutAside, JobFailedError } from '@click-recall/jobs';
import type { Metrics } from '@click-recall/runtime';
import type { TrainOutcome } from './tasks/train.js';
import type { RankerOutcome } from './tasks/train-ranker.js';

type TrainMetrics = Pick<
  Metrics,
  | 'trainRuns'
  | 'trainSeconds'
  | 'trainStepSeconds'
  | 'trainLoss'
  | 'trainEpoch'
  | 'trainUsers'
  | 'trainItems'
  | 'modelHr10'
  | 'modelNdcg10'
>;

/** Tells Prometheus about a training while it runs. */
export function observeProgress(metrics: TrainMetrics, progress: TrainProgress, stepSeconds: number | undefined): void {
  metrics.trainEpoch.set(progress.epoch);
  const last = progress.curve.at(-1);
  if (last) metrics.trainLoss.set(last.loss);
  if (stepSeconds) metrics.trainStepSeconds.set(stepSeconds);
}

/** Tells Prometheus what came out of a training. */
export function observeOutcome(metrics: TrainMetrics, { result, verdict }: TrainOutcome): void {
  metrics.trainRuns.inc({ outcome: verdict.passed ? 'passed' : 'rejected' });
  metrics.trainSeconds.observe(result.seconds);
  metrics.trainUsers.set(result.metrics.users);
  metrics.trainItems.set(result.metrics.items);
  const methods = { model: result.metrics, popularity: result.metrics.popularity, markov: result.metrics.markov };
  for (const [method, { hr10, ndcg10 }] of Object.entries(methods)) {
    metrics.modelHr10.set({ method }, hr10);
    metrics.modelNdcg10.set({ method }, ndcg10);
  }
}

/** Tells Prometheus what came out of the training of a ranker. */
export function observeRanker(
  metrics: Pick<Metrics, 'rankerRuns' | 'rankerNdcg10'>,
  { result, verdict }: RankerOutcome,
): void {
  metrics.rankerRuns.inc({ outcome: verdict.passed ? 'passed' : 'rejected' });
  for (const [order, ndcg10] of Object.entries(result.metrics.ndcg10)) metrics.rankerNdcg10.set({ order }, ndcg10);
}

/** Tells Prometheus of a training that came to no verdict; one that was rejected is counted with its verdict. */
export function observeError(runs: Metrics['trainRuns' | 'rankerRuns'], error: unknown): void {
  if (error instanceof JobFailedError && (error.code === 'gate-rejected' || error.code === 'ranker-rejected')) return;
  runs.inc({ outcome: isPutAside(error) ? 'put-aside' : 'failed' });
}
