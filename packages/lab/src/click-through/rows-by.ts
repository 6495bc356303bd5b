/** Rows by their id, in the order of `rows`. */
export function rowsBy(ids: Int32Array, rows: Int32Array): ReadonlyMap<number, readonly number[]> {
  const rowsOf = new Map<number, number[]>();
  for (const row of rows) {
    const own = rowsOf.get(ids[row]!);
    if (own === undefined) rowsOf.set(ids[row]!, [row]);
    else own.push(row);
  }
  return rowsOf;
}
