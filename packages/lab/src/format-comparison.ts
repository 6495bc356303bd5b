import { failures, rowProtocols, type Comparison, type ComparisonRow, type ComparisonTable } from './comparison.js';
import { figureNames, mainFigures } from './figures.js';
import { shownSeconds } from './progress.js';

/** The tables for a terminal, each under its protocol. */
export function formatComparison({ tables }: Comparison): string {
  return tables.map(formatTable).join('\n\n');
}

function formatTable({ data, protocol, rows }: ComparisonTable): string {
  const names = mainFigures(figureNames(rows.flatMap(({ test }) => (test ? [test] : []))));
  const heads = ['', ...names, 'seeds', 'epoch', 'parameters', 'time', 'memory'];
  const cells = rows.map((row) => [
    row.label,
    ...names.map((name) => row.test?.[name]?.toFixed(4) ?? '-'),
    row.name === undefined ? '' : seeds(row),
    epochs(row),
    row.parameters?.toLocaleString('en-US') ?? '',
    row.cost ? shownSeconds(row.cost.trainingSeconds) : '',
    row.cost ? `${row.cost.peakMemoryMb} MB` : '',
  ]);
  const widths = heads.map((head, at) => Math.max(head.length, ...cells.map((row) => row[at]!.length)));
  const shown = [heads, ...cells].map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join('  ')
      .trimEnd(),
  );
  const counts = `${count(data.interactions)} interactions of ${count(data.users)} users with ${count(data.items)} items`;
  const notes = [...protocol, ...rowProtocols(rows)].map((part) => `  ${part}`);
  return [`${data.name}: ${counts}`, ...notes, '', ...shown, ...failures(rows)].join('\n');
}

/** `3 (median)`, or how many of them failed. */
export function seeds({ runs }: ComparisonRow): string {
  const done = runs.filter(({ result }) => result).length;
  if (done < runs.length) return `${done} of ${runs.length}`;
  return done === 1 ? `1` : `${done}, median`;
}

/** The chosen epoch of every seed. */
export function epochs({ runs }: ComparisonRow): string {
  return runs.flatMap(({ result }) => (result ? [result.outcome.chosenEpoch] : [])).join(', ');
}

const count = (value: number): string => value.toLocaleString('en-US');
