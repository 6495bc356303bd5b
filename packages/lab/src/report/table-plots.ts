import type { ComparisonRow, ComparisonTable } from '../comparison.js';
import type { ExtraPlot } from '../experiment-kind.js';
import { figureNames } from '../figures.js';
import type { BarPlot, LinePlot, Plot, Series } from './plot.js';

/** The figure that a task is about. */
const mainFigure: Readonly<Record<ComparisonTable['task'], string>> = {
  'next-item': 'NDCG@10',
  retrieval: 'accuracy@100',
  'click-through': 'AUC',
};

/** What there is to see in a table's runs; a plot that would be empty is left out. */
export function tablePlots(table: ComparisonTable): Plot[] {
  const { rows, task } = table;
  const split = `test split of ${table.data.name}, ${table.protocolName}`;
  const held = `validation split of ${table.data.name}, ${table.protocolName}; the dot is the epoch that was chosen`;
  const names = figureNames(rows.flatMap(({ test }) => (test ? [test] : [])));
  const main = names.includes(mainFigure[task]) ? mainFigure[task] : names[0];
  return [
    ...(main === undefined ? [] : [bars(rows, main, `${main} of every model`, split)]),
    curves(
      rows,
      'loss',
      'training loss',
      `training split of ${table.data.name}, ${table.protocolName}; mean over an epoch's steps`,
    ),
    ...watchedFigures(rows).map((figure) => curves(rows, figure, `validation ${figure}`, held)),
    ...(main === undefined ? [] : [byDepth(rows, main, split)]),
    ...(names.includes('AUC') ? [byParameters(rows, 'AUC', split)] : []),
    ...['recall', 'HR', 'accuracy']
      .filter((name) => names.filter((one) => one.startsWith(`${name}@`)).length > 2)
      .slice(0, 1)
      .map((name) => atK(rows, name, names, split)),
    ...names
      .filter((name) => /^(coverage|popularity)@10$/.test(name))
      .map((name) =>
        bars(rows, name, name.startsWith('popularity') ? `popularity bias (${name})` : `catalogue ${name}`, split),
      ),
    ...extraPlots(rows),
  ].filter((plot) => (plot.kind === 'bars' ? plot.bars.length > 0 : plot.series.length > 0));
}

function bars(rows: readonly ComparisonRow[], figure: string, title: string, note: string): BarPlot {
  return {
    kind: 'bars',
    title,
    note,
    x: figure,
    bars: rows.flatMap(({ label, name, test }) =>
      test?.[figure] === undefined ? [] : [{ label, value: test[figure], muted: name === undefined }],
    ),
  };
}

function watchedFigures(rows: readonly ComparisonRow[]): string[] {
  const names = figureNames(
    rows.flatMap(({ runs }) =>
      runs.flatMap(({ result }) =>
        (result?.outcome.epochs ?? []).flatMap(({ validation }) => (validation ? [validation] : [])),
      ),
    ),
  );
  const known = names.filter((name) => Object.values(mainFigure).includes(name) || name === 'log loss');
  return known.length > 0 ? known : names.slice(0, 1);
}

function curves(rows: readonly ComparisonRow[], figure: string, title: string, note: string): LinePlot {
  const series = rows.flatMap(({ label, runs }) =>
    runs.flatMap(({ result }): Series[] => {
      if (!result) return [];
      const { epochs, chosenEpoch } = result.outcome;
      const points = epochs.flatMap(({ epoch, loss, validation }): [number, number][] => {
        const value = figure === 'loss' ? loss : validation?.[figure];
        return value === undefined ? [] : [[epoch, value]];
      });
      const marked = figure === 'loss' ? undefined : points.find(([epoch]) => epoch === chosenEpoch);
      return points.length === 0 ? [] : [{ name: label, points, marked }];
    }),
  );
  return { kind: 'lines', title, note, x: 'epoch', y: figure, scale: 'whole', series };
}

/** A line for every family of models that comes in several depths. */
function byDepth(rows: readonly ComparisonRow[], figure: string, note: string): LinePlot {
  return {
    kind: 'lines',
    title: `${figure} by depth`,
    note,
    x: 'layers',
    y: figure,
    scale: 'whole',
    dots: 'with-line',
    series: families(rows, ({ depth }) => depth, figure),
  };
}

function byParameters(rows: readonly ComparisonRow[], figure: string, note: string): LinePlot {
  return {
    kind: 'lines',
    title: `${figure} by number of parameters`,
    note,
    x: 'parameters',
    y: figure,
    ...(widelyApart(rows.flatMap(({ parameters }) => parameters ?? [])) && { scale: 'logarithmic' }),
    dots: 'with-line',
    series: families(rows, ({ parameters }) => parameters, figure, 1),
  };
}

/** Positive numbers of different orders of magnitude. */
function widelyApart(values: readonly number[]): boolean {
  return Math.min(...values) > 0 && Math.max(...values) > 20 * Math.min(...values);
}

function families(
  rows: readonly ComparisonRow[],
  xOf: (row: ComparisonRow) => number | undefined,
  figure: string,
  atLeast = 2,
): Series[] {
  const found = new Map<string, [number, number][]>();
  for (const row of rows) {
    const [x, y] = [xOf(row), row.test?.[figure]];
    if (x === undefined || y === undefined) continue;
    const family = row.family ?? row.network ?? row.label;
    found.set(family, [...(found.get(family) ?? []), [x, y]]);
  }
  return [...found]
    .map(([name, points]) => ({ name, points: points.toSorted(([a], [b]) => a - b) }))
    .filter(({ points }) => new Set(points.map(([x]) => x)).size >= atLeast);
}

function atK(rows: readonly ComparisonRow[], name: string, names: readonly string[], note: string): LinePlot {
  const at = names.filter((one) => one.startsWith(`${name}@`)).map((one) => Number(one.split('@')[1]));
  return {
    kind: 'lines',
    title: `${name}@k`,
    note,
    x: 'k',
    y: name,
    scale: 'logarithmic',
    dots: 'with-line',
    series: rows.flatMap(({ label, test }) => {
      const points = at.flatMap((k): [number, number][] => {
        const value = test?.[`${name}@${k}`];
        return value === undefined ? [] : [[k, value]];
      });
      return points.length === 0 ? [] : [{ name: label, points }];
    }),
  };
}

/** Those of the kinds, of the first seed that has them. */
function extraPlots(rows: readonly ComparisonRow[]): Plot[] {
  return rows.flatMap(({ label, runs }) => {
    const first = runs.find(({ result }) => (result?.outcome.plots?.length ?? 0) > 0);
    return (first?.result?.outcome.plots ?? []).map((plot) => ownPlot(plot, `${label}, seed ${first?.seed ?? ''}`));
  });
}

function ownPlot({ title, x, y, mark, logarithmic, series }: ExtraPlot, note: string): Plot {
  if (mark === 'bars') {
    const each = series.flatMap(({ name, points }) =>
      points.map(([at, value]) => ({ label: series.length > 1 ? `${name} ${at}` : String(at), value })),
    );
    return { kind: 'bars', title, note, x: y, bars: each };
  }
  const dots = mark === 'points' ? 'alone' : 'with-line';
  return { kind: 'lines', title, note, x, y, dots, series, ...(logarithmic && { logarithmicY: true }) };
}
