import { candidateVectors } from '../networks/two-tower/two-tower.js';
import { twoTowerFeatures, type FeatureState } from '../networks/two-tower/features.js';
import type { Parameters } from '../networks/parameters.js';
import { applyMapping, type LinearMapping } from './ridge-regression.js';

/** What is known of an item before anybody clicks it. */
export interface ItemText {
  readonly title?: string | undefined;
  readonly categories?: readonly string[] | undefined;
}

/** Vectors, in the space of one encoder's item vectors, for items that the encoder does not know. */
export interface ColdStart {
  /** D, that of the encoder. */
  readonly dim: number;
  readonly metrics: ColdStartMetrics;
  /** items x D, from titles and categories alone. */
  coldItemVectors(items: readonly ItemText[]): Float32Array;
  /** What `serializeColdStart` keeps. */
  readonly state: ColdStartState;
}

/**
 * How held-out items do, each as if it alone were new. A user's vector is made of the clicks before the one on the item, those
 * on held-out items left out; the first 100 are of the items that are not among those clicks.
 */
export interface ColdStartMetrics {
  /** Share of clicks on held-out items whose item is among the user's first 100, with the vector by its description. */
  readonly recall100: number;
  /** The same for users who never clicked the item: what says nothing about taste has both alike. */
  readonly others100: number;
  /** A list in no order. */
  readonly chance100: number;
  /** By the number of clicks, the item's own included, which a new item does not have yet. */
  readonly popularity100: number;
  /** With the encoder's own vectors, learned from the clicks that a new item does not have. */
  readonly encoder100: number;
  readonly items: number;
  readonly clicks: number;
  /** Chosen on other held-out items. */
  readonly lambda: number;
}

export interface ColdStartState {
  /** Width of the candidate tower's tables. */
  readonly embedding: number;
  readonly layers: readonly number[];
  readonly features: FeatureState;
  /** Of the candidate tower; its id table has the unknown row alone. */
  readonly parameters: Parameters;
  readonly mapping: LinearMapping;
  /** Vectors are scaled to length 1, as the encoder's are. */
  readonly unitVectors: boolean;
  /** No vector is longer, as none of the encoder's is: an index of inner products is made for so long ones. */
  readonly longest: number;
  readonly metrics: ColdStartMetrics;
}

/** The candidate tower with the id unknown, then the mapping. */
export function coldStart(state: ColdStartState): ColdStart {
  const features = twoTowerFeatures(state.features);
  return {
    dim: state.mapping.outputs,
    metrics: state.metrics,
    state,
    coldItemVectors(items) {
      const described = items.map(({ title, categories }) => ({ id: '', title, categories }));
      const towers = candidateVectors(state, state.parameters, features.candidates(described, 'unknown'));
      const vectors = applyMapping(state.mapping, towers);
      return fittingRows(vectors, state.mapping.outputs, state);
    },
  };
}

/** In place: every row as long as the encoder's are, or no longer; zeros left alone. */
export function fittingRows(
  vectors: Float32Array,
  dim: number,
  { unitVectors, longest }: Pick<ColdStartState, 'unitVectors' | 'longest'>,
): Float32Array {
  for (let start = 0; start < vectors.length; start += dim) {
    const row = vectors.subarray(start, start + dim);
    const length = Math.hypot(...row);
    const wanted = unitVectors ? 1 : Math.min(length, longest);
    if (length > 0 && length !== wanted) row.forEach((value, at) => (row[at] = (value * wanted) / length));
  }
  return vectors;
}
