import type { CliContext } from '../context.js';
import { formatTable } from '../format-table.js';
import { collectLetters, type LetterSummary } from './collect-letters.js';
import { passes, type LetterFilter } from './letter-filter.js';
import { shortId, shortName, withLetters } from './open-letters.js';
import { timeOf } from './show-letter.js';

export interface ListOptions extends LetterFilter {
  /** ms */
  readonly since?: number;
  readonly limit: number;
  readonly all?: boolean;
}

interface Row extends Omit<LetterSummary, 'origin'> {
  readonly id: string;
  readonly replayedTo: string | null;
}

export async function listLetters(context: CliContext, options: ListOptions): Promise<void> {
  await withLetters(context, async (letters) => {
    const { letters: found, replayed, notLetters } = await collectLetters(letters, options.since);
    const rows = [...found]
      .filter(([, letter]) => passes(letter, options, letters.namespace))
      .map(([id, { origin, ...letter }]): Row => {
        const to = replayed.get(id);
        return {
          id: shortId({ origin }, letters.namespace),
          ...letter,
          replayedTo: to === undefined ? null : shortName(to, letters.namespace),
        };
      })
      .toSorted((a, b) => b.writtenAt - a.writtenAt || (a.id < b.id ? 1 : -1));
    const shown = options.all ? rows : rows.filter(({ replayedTo }) => replayedTo === null);
    const reasons = new Map<string, number>();
    for (const { reason } of shown) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    const page = shown.slice(0, options.limit);
    context.output.result(() => printed(page, shown.length, reasons), {
      total: shown.length,
      replayed: rows.filter(({ replayedTo }) => replayedTo !== null).length,
      reasons: Object.fromEntries(reasons),
      notLetters,
      letters: page,
    });
    if (notLetters > 0) context.output.note(`${notLetters} messages on ${letters.topic} are no letters`);
  });
}

function printed(rows: readonly Row[], total: number, reasons: ReadonlyMap<string, number>): string {
  if (total === 0) return 'no dead letters';
  const byCount = [...reasons].toSorted(([, a], [, b]) => b - a);
  const columns = [
    { head: 'message', cell: ({ id }: Row) => id },
    { head: 'refused', cell: ({ writtenAt }: Row) => timeOf(writtenAt) },
    { head: 'by', cell: ({ service }: Row) => service },
    { head: 'reason', cell: ({ reason }: Row) => reason },
    { head: 'field', cell: ({ field }: Row) => field },
    { head: 'bytes', cell: ({ originalBytes }: Row) => originalBytes },
    { head: 'replayed to', cell: ({ replayedTo }: Row) => replayedTo ?? '' },
  ];
  return [
    formatTable(columns, rows),
    '',
    formatTable(
      [
        { head: 'reason', cell: ([reason]: readonly [string, number]) => reason },
        { head: 'messages', cell: ([, count]: readonly [string, number]) => count },
      ],
      [...byCount, ['all', total] as const],
    ),
  ].join('\n');
}
