import type { DistinctRows } from '../../data/distinct-rows.js';
import { gatherRows } from '../../data/gather-rows.js';
import { gather, segmentSum } from '../../kernels/kernels.js';
import { floats, integers, readFloats } from '../../kernels/tensorflow.js';
import { unitLength, unitLengthGradient } from '../../layers/unit-length.js';
import type { ItemVectors, TakenItems } from '../../losses/loss.js';
import type { Parameters, RowGradients } from '../parameters.js';

export type FindDistinctRows = (indexes: Int32Array, bound: number) => DistinctRows;

/** Rows of a table during one step: only distinct ones travel to TensorFlow and only their gradients come back. */
export interface TableRows extends ItemVectors {
  /** The same rows, scaled to length 1. */
  readonly unit: ItemVectors;
  /** The sum of all gradients told so far; every row once. */
  gradients(): RowGradients;
}

export function tableRows(parameters: Parameters, table: string, distinctRows: FindDistinctRows): TableRows {
  const { value, shape } = parameters.get(table)!;
  const [rowCount = 0, dim = 0] = shape;
  const parts: RowGradients[] = [];

  /** Rows of the table and, where some are wanted more than once, the place of each in them. */
  function take({ rows, slots }: { rows: Int32Array; slots: Int32Array | undefined }, scaled: boolean): TakenItems {
    const inOrder = slots === undefined ? undefined : integers(slots, [slots.length]);
    const uploaded = floats(gatherRows(value, rows, dim), [rows.length, dim]);
    const unit = scaled ? unitLength(uploaded) : undefined;
    const distinct = unit?.y ?? uploaded;
    return {
      vectors: inOrder === undefined ? distinct : gather(distinct, inOrder),
      backward(dvectors) {
        const ddistinct = inOrder === undefined ? dvectors : segmentSum(dvectors, inOrder, rows.length);
        const drows = unit === undefined ? ddistinct : unitLengthGradient(ddistinct, unit);
        parts.push({ rows, values: readFloats(drows) });
      },
    };
  }

  const every = (): { rows: Int32Array; slots: undefined } => ({
    rows: Int32Array.from({ length: rowCount - 1 }, (_, index) => index + 1),
    slots: undefined,
  });

  return {
    take: (indexes) => take(distinctRows(indexes, rowCount), false),
    all: () => take(every(), false),
    unit: {
      take: (indexes) => take(distinctRows(indexes, rowCount), true),
      all: () => take(every(), true),
    },
    gradients: () => (parts.length === 1 ? parts[0]! : summed(parts, dim, rowCount, distinctRows)),
  };
}

/** A row in several parts has the sum of its gradients: the optimizer steps once a row. */
function summed(
  parts: readonly RowGradients[],
  dim: number,
  rowCount: number,
  distinctRows: FindDistinctRows,
): RowGradients {
  const all = new Int32Array(parts.reduce((count, part) => count + part.rows.length, 0));
  let start = 0;
  for (const part of parts) {
    all.set(part.rows, start);
    start += part.rows.length;
  }
  const { rows, slots } = distinctRows(all, rowCount);
  const values = new Float32Array(rows.length * dim);
  let at = 0;
  for (const part of parts) {
    for (let row = 0; row < part.rows.length; row++) {
      const to = slots[at++]! * dim;
      for (let column = 0; column < dim; column++) {
        values[to + column] = values[to + column]! + part.values[row * dim + column]!;
      }
    }
  }
  return { rows, values };
}
