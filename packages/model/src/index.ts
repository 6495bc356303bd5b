export type { ModelConfig, NegativesConfig, SequenceEncoderConfig, TrainingConfig } from './config.js';
export { defaultModelConfig } from './config.js';
export { parseModelConfig } from './parse-model-config.js';
export { ModelArtifactError, ModelConfigError, ModelInputError, NonFiniteLossError } from './errors.js';

export type { LabelledSequences, SequenceBatch } from './data/sequence-batch.js';
export { sequenceAt, sequenceBatch, sequenceCount } from './data/sequence-batch.js';
export { splitLeaveOneOut, type LeaveOneOutSplit } from './data/split-leave-one-out.js';

export type { SequenceEncoder, TrainingBatch } from './networks/encoder.js';
export { createSequenceEncoder } from './networks/sequence-encoder/sequence-encoder.js';

export type { EpochReport, StepReport, TrainRequest, TrainResult } from './training/train-encoder.js';
export { trainEncoder } from './training/train-encoder.js';

export type { RankingMetrics } from './evaluation/rank-of-target.js';
export { evaluateFullRanking, type FullRankingRequest } from './evaluation/evaluate-full-ranking.js';
export { evaluateMarkov, evaluatePopularity, type BaselineRequest } from './evaluation/baselines.js';
export { topK, type TopK, type TopKRequest } from './evaluation/top-k.js';

export { deserializeEncoder, serializeEncoder, type ModelFiles } from './artifacts/serialize-encoder.js';
export { writeNpz, type NpzArray } from './artifacts/write-npz.js';

export { createRandom, shuffle, type Random } from './random/random.js';

export type { Ranker, RankerItems, RankExample, RankQuery } from './networks/ranker/ranker.js';
