import type { TrainProgress } from '@click-recall/contracts';
import {
  trainRanker,
  type RankerConfig,
  type RankerItems,
  type RankerModel,
  type RankExample,
} from '@click-recall/model';
import { CancelledError } from '../tasks/task-context.js';
import { betweenSteps, failForGood } from './between-steps.js';

export interface FitRankerRequest {
  readonly items: RankerItems;
  readonly train: readonly RankExample[];
  /** Chooses the epoch and stops early. */
  readonly validation: readonly RankExample[];
  readonly config: RankerConfig;
  readonly checkpoint: () => Promise<void>;
  readonly report: (progress: TrainProgress) => void;
}

/** Trains a ranker. Throws a CancelledError between two steps, and a JobFailedError for a loss that is not finite. */
export async function fitRanker(request: FitRankerRequest): Promise<{ ranker: RankerModel; bestEpoch: number }> {
  const { items, train, validation, config, checkpoint, report } = request;
  const curve: TrainProgress['curve'] = [];
  const result = await trainRanker({
    items,
    train,
    validation,
    config,
    beforeStep: betweenSteps(checkpoint),
    onEpoch: ({ epoch, loss, validation: looked }) => {
      curve.push({ epoch, loss, validationNdcg10: looked.ndcg });
      const progress = { phase: 'training', epoch, epochs: config.epochs, step: 1, steps: 1, loss } as const;
      report({ ...progress, curve: [...curve] });
    },
  }).catch(failForGood);
  if (result.status === 'cancelled') {
    result.ranker.dispose();
    throw new CancelledError();
  }
  return { ranker: result.ranker, bestEpoch: result.bestEpoch };
}
