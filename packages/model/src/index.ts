export type { ModelConfig, NegativesConfig, SequenceEncoderConfig, TrainingConfig } from './config.js';
export { defaultModelConfig, documentModelConfig } from './config.js';
export { parseModelConfig } from './parse-model-config.js';
export { ModelArtifactError, ModelConfigError, ModelInputError, NonFiniteLossError } from './errors.js';

export type { LabelledSequences, SequenceBatch } from './data/sequence-batch.js';
export { sequenceAt, sequenceBatch, sequenceCount } from './data/sequence-batch.js';
export { splitLeaveOneOut, type LeaveOneOutSplit } from './data/split-leave-one-out.js';

export type { SequenceEncoder, TrainingBatch } from './networks/encoder.js';
export { createSequenceEncoder } from './networks/sequence-encoder/sequence-encoder.js';

export type { StepReport, TrainRequest, TrainResult } from './training/train-encoder.js';
export type { BestEpoch, EpochReport, TrainState } from './training/train-state.js';
export { trainEncoder } from './training/train-encoder.js';

export type { RankingMetrics } from './evaluation/rank-of-target.js';
export { itemPopularity } from './evaluation/click-counts.js';
export { itemKnnScores, type ItemKnnOptions } from './evaluation/item-knn.js';
export {
  encoderScores,
  markovScores,
  popularityScores,
  recentPopularityScores,
  type Scores,
} from './evaluation/scores.js';
export { evaluateRanking, type RankingRequest } from './evaluation/evaluate-ranking.js';
export { rankingCutoffs, type RankingFigures, type RankingReport } from './evaluation/ranking-figures.js';
export { evaluateFullRanking, type FullRankingRequest } from './evaluation/evaluate-full-ranking.js';
export { evaluateMarkov, evaluatePopularity, type BaselineRequest } from './evaluation/baselines.js';
export { topK, type TopK, type TopKRequest } from './evaluation/top-k.js';

export { deserializeEncoder, serializeEncoder, type ModelFiles } from './artifacts/serialize-encoder.js';
export { writeNpz, type NpzArray } from './artifacts/write-npz.js';

export { createRandom, shuffle, type Random } from './random/random.js';

export type { Ranker, RankerItems, RankExample, RankQuery } from './networks/ranker/ranker.js';
export { defaultRankerConfig, parseRankerConfig, type RankerConfig } from './networks/ranker/config.js';
export { createRanker, type RankerModel } from './networks/ranker/ranker-model.js';
export { evaluateRanker, evaluateRecalled, trainRanker } from './networks/ranker/train-ranker.js';
export type { RankerEpoch, RankerTrainRequest, RankerTrainResult } from './networks/ranker/train-ranker.js';
export { deserializeRanker, serializeRanker } from './artifacts/serialize-ranker.js';

export { defaultDcnConfig, defaultFmConfig, parseClickModelConfig } from './networks/dcn/config.js';
export type { ClickModelConfig, DcnConfig, FmConfig } from './networks/dcn/config.js';
export { createClickModel, type ClickModel, type ClickModelState } from './networks/dcn/click-model.js';
export { chooseRows, type FeatureRows } from './networks/dcn/feature-rows.js';
export { defaultClickTrainingConfig, parseClickTrainingConfig } from './training/click-training-config.js';
export type { ClickTrainingConfig } from './training/click-training-config.js';
export { trainClickModel } from './training/train-click-model.js';
export type {
  ClickCheck,
  ClickTrainRequest,
  ClickTrainResult,
  ClickTrainState,
  LabelledRows,
} from './training/train-click-model.js';
export { clickMetrics, type ClickMetrics } from './evaluation/click-metrics.js';
export { hashBucket, hashTextBucket } from './data/hash-bucket.js';
export { deserializeClickModel, serializeClickModel } from './artifacts/serialize-click-model.js';

export {
  defaultTwoTowerConfig,
  parseTwoTowerConfig,
  parseTwoTowerTrainingConfig,
} from './networks/two-tower/config.js';
export type { TwoTowerConfig, TwoTowerModelConfig, TwoTowerTrainingConfig } from './networks/two-tower/config.js';
export { fitTwoTowerFeatures, type ItemDescription, type Queries } from './networks/two-tower/features.js';
export type { TwoTowerFeatures } from './networks/two-tower/features.js';
export { createTwoTower, type TwoTower } from './networks/two-tower/two-tower.js';
export { deserializeTwoTower, serializeTwoTower } from './artifacts/serialize-two-tower.js';
export { trainTwoTower } from './networks/two-tower/train-two-tower.js';
export type { TrainTwoTowerRequest, TrainTwoTowerResult, TwoTowerEpoch } from './networks/two-tower/train-two-tower.js';
export type { Pairs } from './networks/two-tower/pair-batches.js';
export { rankAmongCandidates, topKAccuracy, type TopKAccuracyRequest } from './evaluation/top-k-accuracy.js';

export { defaultColdStartConfig, parseColdStartConfig, type ColdStartConfig } from './mapping/config.js';
export { trainColdStart, type ColdStartRequest, type ColdStartResult } from './mapping/train-cold-start.js';
export type { ColdStart, ColdStartMetrics, ItemText } from './mapping/cold-start.js';
export { coldStartFiles, deserializeColdStart, serializeColdStart } from './artifacts/serialize-cold-start.js';
export { encodeFields, featureCount, fitFields } from './features/categorical-fields.js';
export type { CategoricalFields, FieldColumn } from './features/categorical-fields.js';
export { singularValues } from './linear-algebra/singular-values.js';
export { itemFollowers, type ItemFollowers } from './data/item-followers.js';
export { rerankedScores, type Recall } from './evaluation/reranked-scores.js';
export { recalledExamples } from './evaluation/recalled-examples.js';
export { tensorCount } from './kernels/tensorflow.js';
