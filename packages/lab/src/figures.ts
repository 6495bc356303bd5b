import type { Figures } from './experiment-kind.js';

/** What is known of a figure by its name; any other name is shown after these. */
interface FigureNote {
  readonly better: 'higher' | 'lower' | 'neither';
  readonly meaning: string;
}

const notes: Readonly<Record<string, FigureNote>> = {
  HR: { better: 'higher', meaning: 'share of queries whose target is among the first k' },
  NDCG: { better: 'higher', meaning: 'mean of 1 / log2(place + 1) of targets among the first k, else 0' },
  recall: {
    better: 'higher',
    meaning: 'share of the targets among the first k; with one target a query the same as HR',
  },
  accuracy: { better: 'higher', meaning: 'share of rows whose item is among the first k of all items' },
  MRR: {
    better: 'higher',
    meaning: 'mean of 1 / place of the target among all items; with a k of targets among the first k, else 0',
  },
  AUC: { better: 'higher', meaning: 'chance that a positive row is scored above another one' },
  'grouped AUC': { better: 'higher', meaning: 'AUC within each user who has both kinds of rows, weighted by rows' },
  'log loss': { better: 'lower', meaning: 'mean of -log of the probability given to what happened' },
  coverage: { better: 'neither', meaning: 'share of the catalogue that is among the first k of anybody' },
  popularity: {
    better: 'neither',
    meaning: 'popularity bias: mean share of the items that are clicked less than one among the first k; 0.5 is even',
  },
};

/** Tables for a terminal, and the short ones of a page, have these and every figure without a k. */
const shownAt: Readonly<Record<string, readonly number[]>> = {
  HR: [10],
  NDCG: [10],
  MRR: [],
  coverage: [10],
  popularity: [10],
};

interface FigureName {
  readonly name: string;
  readonly at: number | undefined;
}

function partsOf(figure: string): FigureName {
  const [name = '', at] = figure.split('@');
  return { name, at: at === undefined ? undefined : Number(at) };
}

export function noteOf(figure: string): FigureNote | undefined {
  return notes[partsOf(figure).name];
}

/** All names in the order that tables have. */
export function figureNames(all: readonly Figures[]): string[] {
  const order = Object.keys(notes);
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...new Set(all.flatMap((figures) => Object.keys(figures)))].sort((a, b) => {
    const [left, right] = [partsOf(a), partsOf(b)];
    return rank(left.name) - rank(right.name) || (left.at ?? 0) - (right.at ?? 0) || (a < b ? -1 : 1);
  });
}

/** Those of the short tables. */
export function mainFigures(names: readonly string[]): string[] {
  return names.filter((figure) => {
    const { name, at } = partsOf(figure);
    if (at === undefined) return true;
    return name === 'recall' ? false : (shownAt[name]?.includes(at) ?? true);
  });
}

/** The best value of a figure; undefined where none is better than another. */
export function bestOf(figure: string, values: readonly number[]): number | undefined {
  const better = noteOf(figure)?.better ?? 'higher';
  if (better === 'neither' || values.length < 2) return undefined;
  return better === 'higher' ? Math.max(...values) : Math.min(...values);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? NaN;
  return Number.isInteger(middle) ? (sorted[middle - 1]! + upper) / 2 : upper;
}

/** The median of every figure that all have. */
export function medianFigures(all: readonly Figures[]): Figures {
  const names = figureNames(all).filter((name) => all.every((figures) => figures[name] !== undefined));
  return Object.fromEntries(names.map((name) => [name, median(all.map((figures) => figures[name]!))]));
}
