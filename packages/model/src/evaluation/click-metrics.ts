import { ModelInputError } from '../errors.js';

/** How well probabilities foretell clicks. A figure that the labels leave undefined is absent. */
export interface ClickMetrics {
  readonly auc?: number;
  readonly groupedAuc?: number;
  readonly logLoss: number;
  /** Rows. */
  readonly count: number;
}

/**
 * Figures of scores in 0 to 1 for labels 0 or 1, and groups (users) where there are any. No rows give a log loss of 0.
 * Throws a ModelInputError for arrays of different lengths, a score outside 0 to 1 or another label.
 */
export function clickMetrics(scores: Float32Array, labels: ArrayLike<number>, groups?: Int32Array): ClickMetrics {
  const whole = auc(scores, labels);
  const grouped = groups && groupedAuc(scores, labels, groups);
  return {
    ...(whole !== undefined && { auc: whole }),
    ...(grouped !== undefined && { groupedAuc: grouped }),
    logLoss: logLoss(scores, labels),
    count: scores.length,
  };
}

/**
 * Area under the ROC curve: the share of pairs of a click and a non-click that the scores have in the right order, an equal
 * pair being half right. Undefined when the labels are of one class only: there are no pairs.
 */
export function auc(scores: Float32Array, labels: ArrayLike<number>): number | undefined {
  check(scores, labels);
  const order = Int32Array.from({ length: scores.length }, (_, row) => row).sort((a, b) => scores[a]! - scores[b]!);
  let clicks = 0;
  let right = 0;
  for (let start = 0, before = 0; start < order.length;) {
    let end = start;
    let clicksHere = 0;
    for (; end < order.length && scores[order[end]!] === scores[order[start]!]; end++)
      clicksHere += labels[order[end]!]!;
    const othersHere = end - start - clicksHere;
    right += clicksHere * (before + othersHere / 2);
    clicks += clicksHere;
    before += othersHere;
    start = end;
  }
  const others = order.length - clicks;
  return clicks === 0 || others === 0 ? undefined : right / (clicks * others);
}

/**
 * Mean over groups of their AUC, each as heavy as it has rows; groups of one class only are left out, and undefined when all
 * are. Source: Zhou et al. 2018, Deep Interest Network, 5.2.
 */
export function groupedAuc(scores: Float32Array, labels: ArrayLike<number>, groups: Int32Array): number | undefined {
  if (groups.length !== scores.length) throw new ModelInputError(`${scores.length} scores, ${groups.length} groups`);
  const rowsOf = new Map<number, number[]>();
  groups.forEach((group, row) => {
    const rows = rowsOf.get(group);
    if (rows === undefined) rowsOf.set(group, [row]);
    else rows.push(row);
  });
  let sum = 0;
  let weight = 0;
  for (const rows of rowsOf.values()) {
    const own = auc(
      Float32Array.from(rows, (row) => scores[row]!),
      rows.map((row) => labels[row]!),
    );
    if (own === undefined) continue;
    sum += own * rows.length;
    weight += rows.length;
  }
  return weight === 0 ? undefined : sum / weight;
}

/** Nearest that a probability comes to 0 or 1: float32 has no number closer to 1. */
const closest = 2 ** -24;

/** Mean of -log of the probability given to what happened. */
export function logLoss(scores: Float32Array, labels: ArrayLike<number>): number {
  check(scores, labels);
  let sum = 0;
  scores.forEach((score, row) => (sum -= Math.log(Math.max(closest, labels[row] === 1 ? score : 1 - score))));
  return scores.length === 0 ? 0 : sum / scores.length;
}

function check(scores: Float32Array, labels: ArrayLike<number>): void {
  if (labels.length !== scores.length) throw new ModelInputError(`${scores.length} scores, ${labels.length} labels`);
  scores.forEach((score, row) => {
    if (!(score >= 0 && score <= 1)) throw new ModelInputError(`scores[${row}] must be from 0 to 1, not ${score}`);
    const label = labels[row]!;
    if (label !== 0 && label !== 1) throw new ModelInputError(`labels[${row}] must be 0 or 1, not ${label}`);
  });
}
