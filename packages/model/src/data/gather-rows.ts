/** Rows of a table [n, width], one after another. Element by element: a view for every row would cost more than the copy. */
export function gatherRows(table: Float32Array, rows: Int32Array, width: number): Float32Array {
  const gathered = new Float32Array(rows.length * width);
  let to = 0;
  for (const row of rows) {
    const end = (row + 1) * width;
    for (let from = row * width; from < end; from++) gathered[to++] = table[from]!;
  }
  return gathered;
}
