/**
 * The settings of a model: what `MODEL_CONFIG` names. Another network joins `EncoderConfig` as a member of the union,
 * told apart by `network`.
 */
export interface ModelConfig {
  readonly encoder: SequenceEncoderConfig;
  readonly training: TrainingConfig;
}

export interface SequenceEncoderConfig {
  readonly network: 'sequence-encoder';
  /** L: only the newest L items of a sequence are looked at. */
  readonly sequenceLength: number;
  /** D: length of user and item vectors; divisible by `heads`. */
  readonly dim: number;
  readonly heads: number;
  readonly layers: number;
  /** Width of the feed-forward block after attention; 0 leaves the block out. */
  readonly feedForward: number;
  /** Share of values dropped while training, at the input (with `inputNorm`) and after each block's dense layer. */
  readonly dropout: number;
  readonly normEpsilon: number;
  /** Layer norm and dropout on the sum of item and position embeddings, before the first layer. */
  readonly inputNorm: boolean;
}

export interface TrainingConfig {
  /** B: sequences a step; each is the other rows' negatives. */
  readonly batchSize: number;
  /** Adam's step size. */
  readonly learningRate: number;
  /** At most this many passes over the data. */
  readonly epochs: number;
  /** Epochs from one look at the validation split to the next. */
  readonly validateEvery: number;
  /** Stops after this many looks without a better validation NDCG@10. */
  readonly patience: number;
  readonly seed: number;
  /**
   * What is subtracted from a label's logit. `corrected`: log q of the draw that put it there (its share of clicks; the
   * uniform draw at padded places). `documentExact`: the same with 0 at padded places. `none`: nothing.
   */
  readonly hotWeights: 'corrected' | 'documentExact' | 'none';
  /** Leaves out negatives that equal the row's own label. */
  readonly maskAccidentalHits: boolean;
}

export const defaultModelConfig: ModelConfig = {
  encoder: {
    network: 'sequence-encoder',
    sequenceLength: 70,
    dim: 64,
    heads: 2,
    layers: 2,
    feedForward: 0,
    dropout: 0.2,
    normEpsilon: 1e-6,
    inputNorm: true,
  },
  training: {
    batchSize: 198,
    learningRate: 1e-3,
    epochs: 60,
    validateEvery: 1,
    patience: 10,
    seed: 1,
    hotWeights: 'corrected',
    maskAccidentalHits: true,
  },
};
