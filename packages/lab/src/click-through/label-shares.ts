import { LabError } from '../lab-error.js';
import { rowsBy } from './rows-by.js';

/** A row's other training rows: of the same id, never the row itself. */
function otherRows(ids: Int32Array, train: Int32Array): (row: number) => readonly number[] {
  const rowsOf = rowsBy(ids, train);
  return (row) => (rowsOf.get(ids[row]!) ?? []).filter((other) => other !== row);
}

/** The `count` other training rows of the same id that are nearest in time, nearest first. */
export function nearestRows(
  ids: Int32Array,
  times: Float64Array,
  train: Int32Array,
  count: number,
): (row: number) => number[] {
  const byTime = rowsBy(
    ids,
    train.toSorted((a, b) => times[a]! - times[b]!),
  );
  return (row) => {
    const rows = byTime.get(ids[row]!) ?? [];
    const gap = (at: number): number => {
      const other = rows[at];
      return other === undefined ? Infinity : Math.abs(times[other]! - times[row]!);
    };
    let right = firstFrom(rows, times, times[row]!);
    let left = right - 1;
    const nearest: number[] = [];
    while (nearest.length < count && (left >= 0 || right < rows.length)) {
      const other = gap(left) <= gap(right) ? rows[left--]! : rows[right++]!;
      if (other !== row) nearest.push(other);
    }
    return nearest;
  };
}

/** Place of the first row that is not before `time`. */
function firstFrom(rows: readonly number[], times: Float64Array, time: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[rows[middle]!]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows that a share counts for before any was seen. */
const prior = 1;

/** What shares of labels are made of. */
export interface LabelledTraining {
  readonly train: Int32Array;
  /** By row. */
  readonly labels: Float32Array;
}

/** The share of positive labels among the `count` rows of the same id nearest in time, drawn towards that of all. */
export function nearbyShare(
  ids: Int32Array,
  times: Float64Array,
  { train, labels }: LabelledTraining,
  count: number,
): (row: number) => number {
  const nearestOf = nearestRows(ids, times, train, count);
  const overall = shareOfAll(train, labels);
  return (row) => {
    const nearest = nearestOf(row);
    return drawn(
      nearest.reduce((sum, other) => sum + labels[other]!, 0),
      nearest.length,
      overall,
    );
  };
}

/** Cells of a likeness table, at most. */
const mostCells = 2 ** 26;

/**
 * The share of positive labels among the rows of the same id (a user's), each as heavy as its partner (the item) is like the
 * row's: the square of the cosine of who goes with either, labels left out, so that a row's own label is in no weight.
 */
export function alikeShare(ids: Int32Array, partners: Int32Array, training: LabelledTraining): (row: number) => number {
  const { train, labels } = training;
  const others = otherRows(ids, train);
  const overall = shareOfAll(train, labels);
  const likeness = likenessOf(ids, partners, train);
  return (row) => {
    let [positive, total] = [0, 0];
    for (const other of others(row)) {
      const weight = likeness(partners[row]!, partners[other]!) ** 2;
      positive += weight * labels[other]!;
      total += weight;
    }
    return drawn(positive, total, overall);
  };
}

/** Cosine of the ids that two partners share in the training rows. */
function likenessOf(ids: Int32Array, partners: Int32Array, train: Int32Array): (a: number, b: number) => number {
  const size = partners.reduce((most, partner) => Math.max(most, partner), 0) + 1;
  if (size * size > mostCells) throw new LabError(`a field of likeness is for at most ${Math.sqrt(mostCells)} ids`);
  const together = new Float32Array(size * size);
  const partnersOf = new Map<number, number[]>();
  for (const row of train) {
    const own = partnersOf.get(ids[row]!) ?? [];
    partnersOf.set(ids[row]!, own);
    own.push(partners[row]!);
  }
  for (const own of partnersOf.values()) for (const a of own) for (const b of own) together[a * size + b]! += 1;
  return (a, b) => together[a * size + b]! / Math.sqrt((together[a * size + a]! || 1) * (together[b * size + b]! || 1));
}

function shareOfAll(train: Int32Array, labels: Float32Array): number {
  return train.reduce((sum, row) => sum + labels[row]!, 0) / train.length;
}

function drawn(positive: number, total: number, overall: number): number {
  return (positive + prior * overall) / (total + prior);
}
