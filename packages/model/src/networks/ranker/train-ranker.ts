import { setImmediate } from 'node:timers/promises';
import { ModelInputError, NonFiniteLossError } from '../../errors.js';
import { rankingMetrics, unranked, type RankingMetrics } from '../../evaluation/rank-of-target.js';
import { createRandom, shuffle, type Random } from '../../random/random.js';
import type { RankerConfig } from './config.js';
import { createRanker, type RankerModel, type RankerState } from './ranker-model.js';
import type { Ranker, RankerItems, RankExample } from './ranker.js';

export interface RankerTrainRequest {
  readonly items: RankerItems;
  readonly train: readonly RankExample[];
  /** Of other users than `train`; chooses the epoch. */
  readonly validation: readonly RankExample[];
  readonly config: RankerConfig;
  readonly onEpoch?: (epoch: RankerEpoch) => void;
  /** Asked before every step; a promise may hold training up (pause). */
  readonly beforeStep?: () => Promise<'continue' | 'cancel'>;
}

export interface RankerEpoch {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the epoch's steps. */
  readonly loss: number;
  /** HR@10 and NDCG@10 of the re-ranked lists; a click that was not recalled is a miss. */
  readonly validation: RankingMetrics;
  readonly milliseconds: number;
}

export interface RankerTrainResult {
  readonly status: 'finished' | 'cancelled';
  /** Of the best epoch so far; the caller disposes of it. */
  readonly ranker: RankerModel;
  readonly epochs: readonly RankerEpoch[];
  /** 0: no epoch was better than a fresh ranker. */
  readonly bestEpoch: number;
  readonly bestValidation: RankingMetrics;
}

/**
 * Trains a ranker on recalled lists and what was clicked then; lists without their click are not learned from. Yields to
 * the event loop between steps. Throws a ModelInputError when no list has its click and a NonFiniteLossError.
 */
export async function trainRanker(request: RankerTrainRequest): Promise<RankerTrainResult> {
  const { config, validation } = request;
  const train = request.train.filter(({ target, candidates }) => target >= 0 && candidates.length > 1);
  if (train.length === 0) throw new ModelInputError('no list of train has its click among several candidates');
  const ranker = createRanker(config, request.items);
  const random = createRandom(config.seed);
  const epochs: RankerEpoch[] = [];
  let best: { epoch: number; metrics: RankingMetrics; state: RankerState } = {
    epoch: 0,
    metrics: evaluateRanker(ranker, validation),
    state: ranker.snapshot(),
  };
  const result = (status: RankerTrainResult['status']): RankerTrainResult => {
    ranker.restore(best.state);
    return { status, ranker, epochs, bestEpoch: best.epoch, bestValidation: best.metrics };
  };
  for (let epoch = 1; epoch <= config.epochs && epoch - best.epoch <= config.patience; epoch++) {
    const start = performance.now();
    const batches = batchesOf(train, config.batchSize, random);
    let sum = 0;
    for (const [index, lists] of batches.entries()) {
      await setImmediate();
      if ((await request.beforeStep?.()) === 'cancel') return result('cancelled');
      const loss = ranker.trainStep(withHidden(lists, config.hiddenItems, random));
      if (!Number.isFinite(loss)) {
        ranker.dispose();
        throw new NonFiniteLossError(epoch, index + 1, loss);
      }
      sum += loss;
    }
    const metrics = evaluateRanker(ranker, validation);
    const report = { epoch, loss: sum / batches.length, validation: metrics, milliseconds: performance.now() - start };
    epochs.push(report);
    request.onEpoch?.(report);
    if (metrics.ndcg > best.metrics.ndcg) best = { epoch, metrics, state: ranker.snapshot() };
  }
  return result('finished');
}

/** HR@k and NDCG@k of the re-ranked lists; a click that was not recalled is a miss, ties count against the ranker. */
export function evaluateRanker(ranker: Pick<Ranker, 'score'>, lists: readonly RankExample[], k = 10): RankingMetrics {
  const scores = ranker.score(lists);
  return rankingMetrics(
    Int32Array.from(lists, ({ target }, index) => (target < 0 ? unranked : placeOf(scores[index]!, target))),
    k,
  );
}

/** The same of the lists as they were recalled. */
export function evaluateRecalled(lists: readonly RankExample[], k = 10): RankingMetrics {
  return rankingMetrics(
    Int32Array.from(lists, ({ target }) => (target < 0 ? unranked : target)),
    k,
  );
}

function placeOf(scores: Float32Array, target: number): number {
  const own = scores[target]!;
  return scores.reduce((before, score, place) => before + (place !== target && !(score < own) ? 1 : 0), 0);
}

/** Some candidates, clicked ones too, as items that the encoder has not seen. */
function withHidden(lists: readonly RankExample[], share: number, random: Random): RankExample[] {
  return lists.map((list) => ({
    ...list,
    candidates: list.candidates.map((item) => (random.uniform() < share ? 0 : item)),
  }));
}

/** Shuffled lists, a batch's all of one length. */
function batchesOf(lists: readonly RankExample[], batchSize: number, random: Random): RankExample[][] {
  const order = Int32Array.from(lists, (_, index) => index);
  shuffle(order, random);
  const open = new Map<number, RankExample[]>();
  const batches: RankExample[][] = [];
  for (const index of order) {
    const list = lists[index]!;
    const { length } = list.candidates;
    const batch = open.get(length) ?? [];
    if (batch.length === 0) {
      batches.push(batch);
      open.set(length, batch);
    }
    batch.push(list);
    if (batch.length === batchSize) open.delete(length);
  }
  return batches;
}
