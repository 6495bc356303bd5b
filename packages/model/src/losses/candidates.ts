import { createDistinctRows } from '../data/distinct-rows.js';

/** Items that all places of a batch are told apart from, each once. */
export interface Candidates {
  readonly items: Int32Array;
  /** Subtracted from an item's logit: log q of the draw, less the log of how often it was drawn. */
  readonly corrections: Float32Array;
}

/** log q by item, q the probability of an item in one draw. */
export type LogProbability = (item: number) => number;

/**
 * Candidates out of draws from a vocabulary of `itemCount`. An item drawn several times counts as often: its share of the
 * softmax grows by that factor. The cost is that of the draws, whatever the vocabulary.
 */
export function createCandidatesOf(
  itemCount: number,
): (drawn: Int32Array, logProbability?: LogProbability) => Candidates {
  const distinctRows = createDistinctRows();
  return (drawn, logProbability) => {
    const { rows: items, slots } = distinctRows(drawn, itemCount + 1);
    const times = new Float32Array(items.length);
    for (const slot of slots) times[slot] = times[slot]! + 1;
    const corrections = times.map((count, at) => (logProbability?.(items[at]!) ?? 0) - Math.log(count));
    return { items, corrections };
  };
}
