import type { Tensor } from '../kernels/tensorflow.js';

/** Labels of vectors [P * B, D], place by place: P is L where every place has a label, 1 where a sequence has one. */
export interface Labelled {
  readonly batch: number;
  /** P */
  readonly length: number;
  /** Item of every vector, [P * B]; a random negative at padded places. */
  readonly labels: Int32Array;
  /** 1 where the place is real, 0 at padding; [P * B]. */
  readonly isReal: Float32Array;
}

/** Item vectors as they are scored: rows of the output table or of the only one, of length 1 where the config says so. */
export interface ItemVectors {
  /** Of n item indexes from 0 to N, which may repeat. Every call costs an upload of its distinct rows. */
  take(indexes: Int32Array): TakenItems;
  /** Of every item, [N, D], row i - 1 that of item i. */
  all(): TakenItems;
}

export interface TakenItems {
  /** [n, D] */
  readonly vectors: Tensor;
  /** Adds the gradient of `vectors` [n, D] to that of the table. */
  backward(dvectors: Tensor): void;
}

/** What is lowered in training; gives the gradient of the vectors it is given, [P * B, D], and tells `items` theirs. */
export type Loss = (vectors: Tensor, labelled: Labelled, items: ItemVectors) => { loss: number; dvectors: Tensor };
