/** Finds the rows of the best scores, best first; rows with a score that is not a number are left out. */
export type BestRows = (scores: ArrayLike<number>, excluded?: Int32Array) => Int32Array;

/** Reuses its memory from call to call; the result is valid until the next one. */
export function createBestRows(rowCount: number, k: number, eligible?: Uint8Array): BestRows {
  const heap = new Int32Array(Math.min(k, rowCount)); // The worst of those kept is on top.
  const excludedBy = new Int32Array(rowCount);
  let call = 0;

  return (scores, excluded) => {
    call += 1;
    if (excluded !== undefined) for (const row of excluded) if (row >= 0 && row < rowCount) excludedBy[row] = call;
    let size = 0;
    for (let row = 0; row < rowCount; row++) {
      const score = scores[row]!;
      if (size === heap.length && !(score > scores[heap[0]!]!)) continue;
      if (excludedBy[row] === call || eligible?.[row] === 0 || Number.isNaN(score)) continue;
      if (size < heap.length) {
        heap[size] = row;
        siftUp(heap, scores, size++);
      } else {
        heap[0] = row;
        siftDown(heap, scores, size);
      }
    }
    return heap.subarray(0, size).sort((a, b) => scores[b]! - scores[a]! || a - b);
  };
}

/** Whether row a is to be dropped before row b. */
function worse(scores: ArrayLike<number>, a: number, b: number): boolean {
  return scores[a]! < scores[b]! || (scores[a] === scores[b] && a > b);
}

function siftUp(heap: Int32Array, scores: ArrayLike<number>, from: number): void {
  for (let at = from; at > 0;) {
    const parent = (at - 1) >> 1;
    if (!worse(scores, heap[at]!, heap[parent]!)) return;
    swap(heap, at, parent);
    at = parent;
  }
}

function siftDown(heap: Int32Array, scores: ArrayLike<number>, size: number): void {
  for (let at = 0; ;) {
    let worst = at;
    for (const child of [2 * at + 1, 2 * at + 2]) {
      if (child < size && worse(scores, heap[child]!, heap[worst]!)) worst = child;
    }
    if (worst === at) return;
    swap(heap, at, worst);
    at = worst;
  }
}

function swap(heap: Int32Array, a: number, b: number): void {
  const row = heap[a]!;
  heap[a] = heap[b]!;
  heap[b] = row;
}
