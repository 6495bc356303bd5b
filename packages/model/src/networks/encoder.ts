import type { ModelConfig } from '../config.js';
import type { PlaceBatch } from '../data/place-batch.js';
import type { SequenceBatch } from '../data/sequence-batch.js';
import type { Parameters } from './parameters.js';

/** A trained or fresh encoder of click sequences. Its weights and optimizer state live outside TensorFlow. */
export interface SequenceEncoder {
  readonly config: ModelConfig['encoder'];
  /** N: the vocabulary is the item indexes 1 to N. */
  readonly itemCount: number;
  /** D. */
  readonly dim: number;
  /**
   * One vector a sequence (users x D): the last place of the last layer. Only the newest `sequenceLength` items count; an
   * empty sequence has the zero vector. Throws a ModelInputError for an item outside the vocabulary.
   */
  encode(sequences: SequenceBatch): Float32Array;
  /** (N + 1) x D, row i the vector of item i; row 0, the padding, is zeros. A copy. */
  itemVectors(): Float32Array;
  /** Adds fresh rows up to `itemCount`; old rows and their optimizer state stay. A vocabulary never shrinks. */
  grow(itemCount: number): void;
  /** Frees what it holds in TensorFlow; using it afterwards is an error. */
  dispose(): void;

  /** One step in place, forward, backward, Adam. Returns the loss; one that is not finite leaves everything as it was. */
  trainStep(batch: TrainingBatch, settings: StepSettings): number;
  /** A copy of weights and optimizer state, to save or to go back to. */
  snapshot(): EncoderState;
  /** Goes back to a snapshot of an encoder of the same vocabulary. */
  restore(state: EncoderState): void;
}

/** Everything that has to be kept of an encoder, beside its config. */
export interface EncoderState {
  readonly itemCount: number;
  readonly seed: number;
  /** Adam steps taken so far. */
  readonly steps: number;
  readonly parameters: Parameters;
}

/** Input sequences and the label of every place; arrays are L * B, place by place. */
export interface TrainingBatch extends PlaceBatch {
  /** The next item; a random negative at padded places. */
  readonly labels: Int32Array;
  /** Subtracted from the label's logits. */
  readonly hotWeights?: Float32Array | undefined;
}

export interface StepSettings {
  readonly learningRate: number;
  readonly maskAccidentalHits: boolean;
}
