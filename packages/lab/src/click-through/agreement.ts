import { LabError } from '../lab-error.js';
import type { LabelledTraining } from './label-shares.js';
import { rowsBy } from './rows-by.js';

/** Rows in common that two ids are taken to have beside their own, without agreeing in any. */
const priorRows = 10;
/** Likewise of the weights of a row's neighbours. */
const priorWeight = 0.05;
/** Rows of an item with the share of all, beside its own. */
const priorItemRows = 5;
/** Cells of a table of agreement, at most. */
const mostCells = 2 ** 26;

/**
 * What the neighbours of a row's id say of it, as in nearest-neighbour collaborative filtering: of the training rows with
 * the same `partner` (the item), how far each label is above its item's share, weighed by how far its id (the user) agrees
 * with the row's id elsewhere. A row's own label is in neither: it is taken out of the agreement and of its item's share
 * (all that is left of it is its part in what the item's other rows are measured against).
 * With the roles exchanged, the row's user is asked about items that agree. `items` are the items of the rows, in both.
 */
export function agreement(
  ids: Int32Array,
  partners: Int32Array,
  items: Int32Array,
  { train, labels }: LabelledTraining,
): (row: number) => number {
  const inTraining = new Uint8Array(labels.length);
  for (const row of train) inTraining[row] = 1;
  const shareWithout = itemShares(items, train, labels);
  const above = new Float32Array(labels.length);
  for (const row of train) above[row] = labels[row]! - shareWithout(items[row]!, undefined);
  const groups = rowsBy(partners, train);
  const size = ids.reduce((most, id) => Math.max(most, id), 0) + 1;
  const { products, counts } = agreements(ids, size, groups, above);
  return (row) => {
    const own = inTraining[row] === 1;
    const [start, itemShare] = [ids[row]! * size, shareWithout(items[row]!, own ? row : undefined)];
    let [sum, weights] = [0, 0];
    for (const other of groups.get(partners[row]!) ?? []) {
      if (other === row) continue;
      const at = start + ids[other]!;
      const product = products[at]! - (own ? above[row]! * above[other]! : 0);
      const weight = product / (counts[at]! - (own ? 1 : 0) + priorRows);
      const said = items[other] === items[row] ? labels[other]! - itemShare : above[other]!;
      sum += weight * said;
      weights += Math.abs(weight);
    }
    return sum / (weights + priorWeight);
  };
}

/** Sums over groups of the products of what two ids have in both, and how many groups both are in. */
function agreements(
  ids: Int32Array,
  size: number,
  groups: ReadonlyMap<number, readonly number[]>,
  above: Float32Array,
): { products: Float32Array; counts: Float32Array } {
  if (size * size > mostCells) throw new LabError(`a field of agreement is for at most ${Math.sqrt(mostCells)} ids`);
  const products = new Float32Array(size * size);
  const counts = new Float32Array(size * size);
  for (const rows of groups.values()) {
    for (const row of rows) {
      const start = ids[row]! * size;
      for (const other of rows) {
        const at = start + ids[other]!;
        products[at]! += above[row]! * above[other]!;
        counts[at]! += 1;
      }
    }
  }
  return { products, counts };
}

/** The share of positive labels among an item's training rows, but for one, drawn towards that of all. */
function itemShares(
  items: Int32Array,
  train: Int32Array,
  labels: Float32Array,
): (item: number, without: number | undefined) => number {
  const overall = train.reduce((sum, row) => sum + labels[row]!, 0) / Math.max(1, train.length);
  const rowsOf = new Map<number, { count: number; positive: number }>();
  for (const row of train) {
    const { count, positive } = rowsOf.get(items[row]!) ?? { count: 0, positive: 0 };
    rowsOf.set(items[row]!, { count: count + 1, positive: positive + labels[row]! });
  }
  return (item, without) => {
    const { count, positive } = rowsOf.get(item) ?? { count: 0, positive: 0 };
    const [less, label] = without === undefined ? [0, 0] : [1, labels[without]!];
    return (positive - label + priorItemRows * overall) / (count - less + priorItemRows);
  };
}

/** Buckets that have equally many of the training rows each. */
export function inQuantiles(
  value: (row: number) => number,
  train: Int32Array,
  buckets: number,
): (row: number) => number {
  const sorted = Float64Array.from(train, value).sort();
  const bounds = Array.from(
    { length: buckets - 1 },
    (_, at) => sorted[Math.floor(((at + 1) * sorted.length) / buckets)]!,
  );
  return (row) => {
    const own = value(row);
    let [low, high] = [0, bounds.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bounds[middle]! <= own) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
