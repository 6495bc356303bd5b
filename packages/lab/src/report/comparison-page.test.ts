import { describe, expect, it } from 'vitest';
import type { Comparison, ComparisonRow, ComparisonRun } from '../comparison.js';
import type { ExperimentOutcome } from '../experiment-kind.js';
import { formatComparison } from '../format-comparison.js';
import { comparisonPage } from './comparison-page.js';
import { tablePlots } from './table-plots.js';

function run(seed: number, outcome: Partial<ExperimentOutcome>): ComparisonRun {
  const epochs = [1, 2, 3].map((epoch) => ({
    epoch,
    epochs: 3,
    loss: 6 - epoch,
    validation: { 'NDCG@10': epoch / 10, AUC: 0.5 + epoch / 20 },
    milliseconds: 1000,
  }));
  return {
    seed,
    folder: `runs/seed${seed}`,
    result: {
      identity: 'x',
      cost: { trainingSeconds: 3, secondsToChosen: 2, peakMemoryMb: 321 },
      outcome: {
        test: {},
        chosenEpoch: 2,
        stoppedEarly: false,
        epochs,
        parameters: 1,
        counts: {},
        ...outcome,
      },
    },
  };
}

const at = (value: number) => ({
  'HR@10': value,
  'NDCG@10': value / 2,
  'recall@1': value / 4,
  'recall@5': value / 2,
  'recall@10': value,
  'coverage@10': 0.25,
  'popularity@10': 0.75,
  AUC: 0.7 + value / 10,
});

function row(label: string, value: number, changes: Partial<ComparisonRow> = {}): ComparisonRow {
  return {
    label,
    name: label,
    network: 'sequence-encoder',
    protocol: ['the newest 50 clicks of an input are looked at'],
    test: at(value),
    parameters: 1000 * value,
    depth: value * 10,
    cost: { trainingSeconds: 65, secondsToChosen: 40, peakMemoryMb: 321 },
    runs: [run(1, { test: at(value) }), run(2, { test: at(value) })],
    ...changes,
  };
}

const singular = {
  title: 'singular values',
  x: 'place',
  y: 'value',
  mark: 'line',
  series: [
    { name: 'start', points: [[1, 3] as const, [2, 1] as const] },
    { name: 'trained', points: [[1, 9] as const, [2, 0.1] as const] },
  ],
} as const;

const comparison: Comparison = {
  tables: [
    {
      data: { name: 'tiny', users: 1234, items: 56, interactions: 7890 },
      task: 'next-item',
      protocol: ['leave one out', 'ties count against the model'],
      protocolName: 'leave one out',
      rows: [
        { label: 'popularity', protocol: [], runs: [], test: at(0.05) },
        row('one <layer>', 0.1, {
          runs: [
            run(1, {
              plots: [singular],
              tables: [{ title: 'gates', columns: ['expert', 'share'], rows: [['first', 0.5]] }],
            }),
          ],
        }),
        row('two layers', 0.2),
        row('broken', 0.3, { runs: [{ seed: 1, folder: '', failure: 'the loss is NaN' }], test: undefined as never }),
      ],
    },
  ],
};

describe('the page of a comparison', async () => {
  const page = await comparisonPage(comparison);

  it('has every model and baseline with its figures, protocol, time, memory and parameters', () => {
    for (const part of [
      'popularity',
      'two layers',
      '0.2000',
      '7,890 interactions of 1,234 users with 56 items',
      'leave one out',
      'ties count against the model',
      'the newest 50 clicks',
      '65 s',
      '321 MB',
      '2, median',
      '“broken”, seed 1 failed: the loss is NaN',
      'gates',
    ])
      expect(page).toContain(part);
    expect(page).toContain('<td class="best">0.2000</td>');
  });

  it('shows the protocol with every table', () => {
    const tables = page
      .split('<table>')
      .slice(1)
      .filter((part) => part.includes('HR@10'));
    expect(tables).toHaveLength(3);
    expect(page).toMatch(/<li>leave one out<\/li>\s*<li>ties count against the model<\/li>/);
    for (const table of tables.slice(1)) expect(table).toContain('leave one out; ties count against the model');
  });

  it('draws what there is to draw', () => {
    const titles = tablePlots(comparison.tables[0]!).map(({ title }) => title);
    expect(titles).toEqual([
      'NDCG@10 of every model',
      'training loss',
      'validation NDCG@10',
      'validation AUC',
      'NDCG@10 by depth',
      'AUC by number of parameters',
      'recall@k',
      'catalogue coverage@10',
      'popularity bias (popularity@10)',
      'singular values',
    ]);
  });

  it('needs nothing from elsewhere and runs no script', () => {
    expect(page).not.toMatch(/<script|<link|<img|\bsrc=|@import|url\((?!#)/);
    expect(page.match(/<svg/g)).toHaveLength(10);
    const addresses = page.match(/https?:\/\/[^"'\s]+/g) ?? [];
    expect(addresses.every((address) => address.startsWith('http://www.w3.org/'))).toBe(true);
  });

  it('has dark colours where the reader has', () => {
    expect(page).toContain('prefers-color-scheme: dark');
    expect(page).toContain('stroke="var(--series-0)"');
  });

  it('escapes what it is given', () => {
    expect(page).toContain('one &lt;layer&gt;');
    expect(page).not.toContain('one <layer>');
  });
});

describe('the tables for a terminal', () => {
  it('stand under their protocol, figures aligned', () => {
    const text = formatComparison(comparison);
    expect(text).toContain('tiny: 7,890 interactions of 1,234 users with 56 items\n  leave one out\n  ties count');
    const lines = text.split('\n');
    const head = lines.find((line) => line.includes('HR@10'))!;
    const two = lines.find((line) => line.startsWith('two layers'))!;
    expect(two.indexOf('0.2000') + 6).toBe(head.indexOf('HR@10') + 5);
    expect(text).toContain('“broken”, seed 1 failed: the loss is NaN');
  });
});
