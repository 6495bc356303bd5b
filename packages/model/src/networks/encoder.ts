import type { ModelConfig } from '../config.js';
import type { SequenceBatch } from '../data/sequence-batch.js';

/** A trained or fresh encoder of click sequences. Its parameters and optimizer state live outside TensorFlow. */
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
}
