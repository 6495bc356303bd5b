/** The settings of an encoder and its training: what `MODEL_CONFIG` names. Other networks have theirs in `networks/NAME/config.ts`. */
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
  /** Of the feed-forward block. */
  readonly activation: 'relu' | 'gelu';
  /** Layer norm after each residual sum, or before each block and once more after the last layer. */
  readonly norm: 'post' | 'pre';
  /** One table for the items of sequences and the items to recall. */
  readonly tiedTables: boolean;
  /** User and item vectors are scaled to length 1: scores are cosines. */
  readonly unitVectors: boolean;
  /**
   * Where a place looks: at real places up to itself, at real places, at padded places, at all places. Anything but
   * `causal` is trained on one label outside the sequence.
   */
  readonly attention: 'causal' | 'padding' | 'inverted-padding' | 'none';
  /** What enters the first layer is zeros at padded places. */
  readonly inputMask: boolean;
  /** Position embeddings are added to item embeddings. */
  readonly positions: boolean;
  /**
   * How places become the user vector: the last one; their mean, padded places too (`global-average` computes the same);
   * a weighted sum with one learned weight a place.
   */
  readonly pooling: 'last' | 'mean' | 'global-average' | 'dense';
  /** How an embedding of the user joins the pooled vector: side by side through a dense layer, added, multiplied. */
  readonly user: 'none' | 'concat' | 'sum' | 'product';
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
  /**
   * `every-place`: the next item at every place of a window. `outside-prefix`: one label a sequence, the item after a prefix
   * of it, for encoders whose places see what comes after them. Left out in a file: as the encoder needs it.
   */
  readonly labels: 'every-place' | 'outside-prefix';
  /** Outside-prefix: different prefixes of a user an epoch, where there are as many. */
  readonly prefixesPerUser: number;
  /** What a label is told apart from. */
  readonly negatives: NegativesConfig;
  /** Scores are divided by it before the softmax; below 1 where vectors have length 1. */
  readonly temperature: number;
  /** `cosine`: from the learning rate down to 0 over all epochs. */
  readonly schedule: 'constant' | 'cosine';
  /** The learning rate rises evenly over these first steps. */
  readonly warmupSteps: number;
  /** Decay of a running mean of the weights, which is what is evaluated and kept; 0 keeps the weights themselves. */
  readonly averaging: number;
  /**
   * Decay of Adam's second moment. 0.98 in the transformer's and SASRec's papers: rows of items that are rarely clicked do not
   * keep the size of a gradient of long ago.
   */
  readonly beta2: number;
  /** Share of a kernel or table row, times the learning rate, taken off at each of its steps (decoupled, as in AdamW). */
  readonly weightDecay: number;
  /** `like-length` puts sequences of about the same length in a batch, so that little is computed on padding. */
  readonly batches: 'random' | 'like-length';
  /**
   * Every-place: a sequence longer than L is cut into windows of L that have this share in common with the next one, so that
   * places behind a window's beginning are learned from with their past in view too.
   */
  readonly windowOverlap: number;
  /** What the item tables of a fresh encoder begin with: random numbers, or factors of which items are clicked together. */
  readonly itemStart: 'random' | 'co-occurrence';
}

/**
 * The candidates of a place, beside its own label. `in-batch`: the other rows' labels at the place. `in-batch-shared`:
 * `count` labels drawn from the whole batch, the same for all places (0: all of them). `mixed`: `inBatch` such labels
 * and `uniform` items drawn from the whole vocabulary. `full`: every item there is.
 */
export type NegativesConfig =
  | { readonly kind: 'in-batch' }
  | { readonly kind: 'in-batch-shared'; readonly count: number }
  | { readonly kind: 'mixed'; readonly inBatch: number; readonly uniform: number }
  | { readonly kind: 'full' };

/** The encoder of document 000 and its training: what golden cases are computed with and step times are compared by. */
export const documentModelConfig: ModelConfig = {
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
    activation: 'relu',
    norm: 'post',
    tiedTables: false,
    unitVectors: false,
    attention: 'causal',
    inputMask: false,
    positions: true,
    pooling: 'last',
    user: 'none',
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
    labels: 'every-place',
    prefixesPerUser: 10,
    negatives: { kind: 'in-batch' },
    temperature: 1,
    schedule: 'constant',
    warmupSteps: 0,
    averaging: 0,
    beta2: 0.999,
    weightDecay: 0,
    batches: 'random',
    windowOverlap: 0,
    itemStart: 'random',
  },
};

/** What is left out in a config is as here. Measured against the document's: `docs/decisions/0008-how-an-encoder-is-trained.md`. */
export const defaultModelConfig: ModelConfig = {
  encoder: { ...documentModelConfig.encoder, tiedTables: true },
  training: {
    ...documentModelConfig.training,
    batchSize: 64,
    patience: 6,
    averaging: 0.99,
    beta2: 0.98,
    batches: 'like-length',
    windowOverlap: 0.5,
    itemStart: 'co-occurrence',
  },
};
