import { sequenceAt } from '../data/sequence-batch.js';
import { createBestRows } from '../evaluation/best-rows.js';
import { matMul } from '../kernels/kernels.js';
import { floats, readFloats, scope } from '../kernels/tensorflow.js';
import type { NewItemClicks } from './new-item-clicks.js';

/** What a new item has to beat to be among a user's first 100: the 100th best score of the known unseen items. */
export interface FirstHundred {
  readonly clicks: NewItemClicks;
  /** clicks x D */
  readonly users: Float32Array;
  /** Per click; -Infinity where there are fewer than 100. */
  readonly thresholds: Float32Array;
}

/** Of new items, each as if it alone were new. */
export interface NewItemShares {
  /** Share of clicks whose item is among the user's first 100. */
  readonly clickers: number;
  /** The same of users and items that the user never clicked: how often anybody is shown a new item. */
  readonly others: number;
}

const k = 100;
/** Scores held at once. */
const scoresPerBlock = 2 ** 22;

/** By the encoder's own vectors of the known items; `table` (N + 1) x D, row 0 the padding. */
export function firstHundred(
  clicks: NewItemClicks,
  users: Float32Array,
  table: Float32Array,
  dim: number,
  known: Uint8Array,
): FirstHundred {
  const rows = table.length / dim;
  const bestRows = createBestRows(rows, k, known);
  const thresholds = new Float32Array(clicks.targets.length);
  forBlocks(users, table, dim, (click, scores) => {
    thresholds[click] = lowestOf(bestRows(scores, sequenceAt(clicks.inputs, click)), scores);
  });
  return { clicks, users, thresholds };
}

/** With `vectors` [items x D] for the new items, in the order of `clicks.items`. A tie with a known item is lost. */
export function newItemShares(
  { clicks, users, thresholds }: FirstHundred,
  vectors: Float32Array,
  dim: number,
): NewItemShares {
  const { items, targets, clicked } = clicks;
  const columnOf = new Map(Array.from(items, (item, column) => [item, column]));
  let [hits, shown, asked] = [0, 0, 0];
  forBlocks(users, vectors, dim, (click, scores) => {
    const threshold = thresholds[click]!;
    const own = columnOf.get(targets[click]!)!;
    if (scores[own]! > threshold) hits += 1;
    let above = 0;
    for (const score of scores) if (score > threshold) above += 1;
    for (const column of clicked[click]!) if (scores[column]! > threshold) above -= 1;
    shown += above;
    asked += items.length - clicked[click]!.length;
  });
  return { clickers: hits / Math.max(1, targets.length), others: shown / Math.max(1, asked) };
}

/** Share of clicks whose item is among the first 100 when all are ranked by one list of scores, [N + 1]. */
export function shareByList(clicks: NewItemClicks, scores: Float32Array, known: Uint8Array): number {
  const bestRows = createBestRows(scores.length, k, known);
  const hits = clicks.targets.reduce((sum, target, click) => {
    const threshold = lowestOf(bestRows(scores, sequenceAt(clicks.inputs, click)), scores);
    return sum + (scores[target]! > threshold ? 1 : 0);
  }, 0);
  return hits / Math.max(1, clicks.targets.length);
}

/** The mean over clicks of the share that 100 are of the known unseen items and the new one. */
export function chanceOf({ inputs, targets }: NewItemClicks, known: Uint8Array): number {
  const knownItems = known.reduce((sum, flag) => sum + flag, 0);
  let sum = 0;
  for (let click = 0; click < targets.length; click++) {
    const seen = new Set(sequenceAt(inputs, click)).size;
    sum += Math.min(1, k / (knownItems - seen + 1));
  }
  return sum / Math.max(1, targets.length);
}

function lowestOf(best: Int32Array, scores: Float32Array): number {
  return best.length < k ? -Infinity : scores[best.at(-1)!]!;
}

/** Each click's scores of all rows of `table`. */
function forBlocks(
  users: Float32Array,
  table: Float32Array,
  dim: number,
  look: (click: number, scores: Float32Array) => void,
): void {
  const rows = table.length / dim;
  const count = users.length / dim;
  const perBlock = Math.max(1, Math.floor(scoresPerBlock / Math.max(1, rows)));
  const uploaded = floats(table, [rows, dim]);
  try {
    for (let start = 0; start < count; start += perBlock) {
      const end = Math.min(count, start + perBlock);
      const scores = scope(() => {
        const block = floats(users.subarray(start * dim, end * dim), [end - start, dim]);
        return readFloats(matMul(block, uploaded, { transposeB: true }));
      });
      for (let click = start; click < end; click++) {
        look(click, scores.subarray((click - start) * rows, (click - start + 1) * rows));
      }
    }
  } finally {
    uploaded.dispose();
  }
}
