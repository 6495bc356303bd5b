import type { ModelConfig } from '../config.js';
import type { PlaceBatch } from '../data/place-batch.js';
import type { SequenceBatch } from '../data/sequence-batch.js';
import type { Candidates } from '../losses/candidates.js';
import type { SoftmaxSettings } from '../losses/softmax-loss.js';
import type { WeightAverageState } from '../optimizers/weight-average.js';
import type { Parameter, Parameters } from './parameters.js';

/** A trained or fresh encoder of click sequences. Its weights and optimizer state live outside TensorFlow. */
export interface SequenceEncoder {
  readonly config: ModelConfig['encoder'];
  /** N: the vocabulary is the item indexes 1 to N. */
  readonly itemCount: number;
  /** Users of the table of users; 0 where `user` is none. */
  readonly userCount: number;
  /** D. */
  readonly dim: number;
  /** Adam steps taken so far: 0 for a fresh encoder. */
  readonly steps: number;
  /**
   * One vector a sequence (users x D): its places pooled and, where the config says so, joined with the user's embedding
   * and scaled to length 1. Only the newest `sequenceLength` items count. A sequence without a user, or of user 0, has the
   * embedding of unknown users. An empty sequence has the zero vector, whoever the user: nothing is recalled for it.
   * Throws a ModelInputError for an item or a user outside the vocabulary.
   */
  encode(sequences: SequenceBatch): Float32Array;
  /** (N + 1) x D, row i the vector of item i; row 0, the padding, is zeros. A copy. */
  itemVectors(): Float32Array;
  /** Adds fresh rows up to `itemCount`; old rows and their optimizer state stay, users too. A vocabulary never shrinks. */
  grow(itemCount: number): void;
  /** Frees what it holds in TensorFlow; using it afterwards is an error. */
  dispose(): void;

  /** One step in place, forward, backward, Adam. Returns the loss; one that is not finite leaves everything as it was. */
  trainStep(batch: TrainingBatch, settings: StepSettings): number;
  /**
   * Exchanges the weights and their running mean, where steps were taken with `averaging`; a second call changes them back.
   * No steps in between.
   */
  swapAverage(): void;
  /** A copy of weights and optimizer state, to save or to go back to. */
  snapshot(): EncoderState;
  /** Goes back to a snapshot of an encoder of the same vocabulary. */
  restore(state: EncoderState): void;
  /** A copy of the weights alone, a third of a snapshot. */
  weights(): WeightValues;
  /** Takes the weights of an encoder of the same vocabulary. Adam's state stays that of the last step, a running mean ends. */
  useWeights(weights: WeightValues): void;
}

/** What an encoder predicts with; a whole EncoderState is one too. */
export interface WeightValues {
  readonly parameters: ReadonlyMap<string, Pick<Parameter, 'value'>>;
}

/** Everything that has to be kept of an encoder, beside its config. */
export interface EncoderState {
  readonly itemCount: number;
  readonly seed: number;
  /** Adam steps taken so far. */
  readonly steps: number;
  readonly parameters: Parameters;
  /** In the middle of a training that averages weights. */
  readonly average?: WeightAverageState | undefined;
}

/**
 * Input sequences and labels. Where every place has one, labels are L * B, place by place, and hidden vectors are scored;
 * where a sequence has one, outside its items, labels are B and user vectors are scored, what `encode` gives.
 */
export interface TrainingBatch extends PlaceBatch {
  /** The next item; a random negative at padded places. */
  readonly labels: Int32Array;
  /** Subtracted from the label's logits. */
  readonly hotWeights?: Float32Array | undefined;
  /** What all labels are told apart from, where the negatives are shared. */
  readonly candidates?: Candidates | undefined;
}

/** What is left out is as in the default config. */
export interface StepSettings extends SoftmaxSettings {
  readonly learningRate: number;
  readonly weightDecay?: number;
  /** Decay of Adam's second moment. */
  readonly beta2?: number;
  /** Decay of the running mean of the weights; 0 for none. */
  readonly averaging?: number;
}
