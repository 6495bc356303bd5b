export interface DistinctRows {
  /** Each index once, ascending: a walk through a large table in its order waits less for memory. */
  readonly rows: Int32Array;
  /** For every index given, where it is in `rows`. */
  readonly slots: Int32Array;
}

/** Finds the distinct ones among indexes below `bound`; the cost is that of the indexes, whatever the bound. */
export function createDistinctRows(): (indexes: Int32Array, bound: number) => DistinctRows {
  /** One more than the place in `rows`; 0 between calls. */
  let slotOf = new Int32Array(0);
  return (indexes, bound) => {
    if (slotOf.length < bound) slotOf = new Int32Array(bound);
    const found = new Int32Array(indexes.length);
    let count = 0;
    for (let at = 0; at < indexes.length; at++) {
      const index = indexes[at]!;
      if (slotOf[index] === 0) {
        slotOf[index] = 1;
        found[count++] = index;
      }
    }
    const rows = found.subarray(0, count).sort();
    for (let at = 0; at < count; at++) slotOf[rows[at]!] = at + 1;
    const slots = new Int32Array(indexes.length);
    for (let at = 0; at < indexes.length; at++) slots[at] = slotOf[indexes[at]!]! - 1;
    for (let at = 0; at < count; at++) slotOf[rows[at]!] = 0;
    return { rows, slots };
  };
}
