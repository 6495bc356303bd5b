export interface DistinctRows {
  /** Each index once, in order of first appearance. */
  readonly rows: Int32Array;
  /** For every index given, where it is in `rows`. */
  readonly slots: Int32Array;
}

/** Finds the distinct ones among indexes below `bound`; the cost is that of the indexes, whatever the bound. */
export function createDistinctRows(): (indexes: Int32Array, bound: number) => DistinctRows {
  let slotOf = new Int32Array(0);
  return (indexes, bound) => {
    if (slotOf.length < bound) slotOf = new Int32Array(bound);
    const rows = new Int32Array(indexes.length);
    const slots = new Int32Array(indexes.length);
    let count = 0;
    for (let at = 0; at < indexes.length; at++) {
      const index = indexes[at]!;
      if (slotOf[index] === 0) {
        rows[count] = index;
        slotOf[index] = ++count;
      }
      slots[at] = slotOf[index]! - 1;
    }
    for (let at = 0; at < count; at++) slotOf[rows[at]!] = 0;
    return { rows: rows.subarray(0, count), slots };
  };
}
