import type { Match } from './vector-index.js';

/** Score descending; equal scores by id, so that every backend and every run answers the same. */
export function compareMatches(a: Match, b: Match): number {
  return b.score - a.score || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** The best `limit` of several shards' answers. */
export function mergeMatches(answers: readonly (readonly Match[])[], limit: number): Match[] {
  return answers.flat().sort(compareMatches).slice(0, limit);
}

/**
 * The best `limit` of many scored elements, best first, in O(n log limit): a heap of the best so far, its worst on top.
 *
 * @param ids of the elements, `scores` at the same places
 */
export function bestMatches(ids: readonly string[], scores: Float64Array, limit: number): Match[] {
  const heap: Match[] = [];
  for (let place = 0; place < ids.length; place += 1) {
    const score = scores[place] ?? -Infinity;
    const worst = heap[0];
    if (heap.length >= limit && worst !== undefined && score < worst.score) continue;
    const match = { id: ids[place] ?? '', score };
    if (heap.length < limit) siftUp(heap, match);
    else if (worst !== undefined && compareMatches(match, worst) < 0) siftDown(heap, match);
  }
  return heap.sort(compareMatches);
}

function siftUp(heap: Match[], match: Match): void {
  let place = heap.length;
  heap.push(match);
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || compareMatches(match, above) <= 0) break;
    heap[place] = above;
    place = parent;
  }
  heap[place] = match;
}

/** Puts `match` in the place of the worst. */
function siftDown(heap: Match[], match: Match): void {
  let place = 0;
  for (;;) {
    const left = heap[2 * place + 1];
    const right = heap[2 * place + 2];
    if (left === undefined) break;
    const takesRight = right !== undefined && compareMatches(right, left) > 0;
    const child = takesRight ? right : left;
    if (compareMatches(child, match) <= 0) break;
    heap[place] = child;
    place = 2 * place + (takesRight ? 2 : 1);
  }
  heap[place] = match;
}
