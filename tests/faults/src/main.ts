import { parseArgs } from 'node:util';
import { ROWS } from './catalogue.js';
import { printTable } from './print-table.js';
import type { Row } from './row.js';
import { runRow, type RowResult } from './run-row.js';
import type { LocalServers } from './world/local-servers.js';

export interface FaultsHost {
  readonly servers: LocalServers;
  /** Lines for whoever watches: what goes on now, and lines that stay. */
  readonly progress: Progress;
  readonly write: (text: string) => void;
  /** Aborted by whoever has seen enough: the row under way is closed, no other begins. */
  readonly signal: AbortSignal;
}

interface Task {
  update(text: string): void;
  done(text: string): void;
  failed(text: string): void;
}

interface Progress {
  start(name: string, text: string): Task;
  line(text: string): void;
}

/**
 * Runs rows of the fault table, one after another.
 *
 * @returns the exit code: 1 when a promise did not hold, 2 for wrong arguments
 */
export async function main(args: readonly string[], host: FaultsHost): Promise<number> {
  let options: Options;
  try {
    options = readOptions(args);
  } catch (error) {
    host.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage()}`);
    return 2;
  }
  if (options.help) {
    host.write(usage());
    return 0;
  }
  const { seed, json } = options;
  host.progress.line(`  seed ${seed} (--seed ${seed} makes the same choices again)`);
  const results: RowResult[] = [];
  for (const { row, rounds, minutes } of options.selected) {
    if (host.signal.aborted) break;
    const task = host.progress.start(`${row.letter} ${row.name}`, 'starting servers');
    const result = await runRow(row, {
      rounds,
      minutes,
      seed: seed + row.letter.charCodeAt(0),
      servers: host.servers,
      signal: host.signal,
      onProgress: (text) => task.update(text),
      onViolation: (text) => host.progress.line(`  ! ${row.letter}: ${text}`),
    });
    results.push(result);
    const told = `${result.rounds} rounds, ${result.violations.length} violations`;
    if (result.interrupted) task.failed(`interrupted after ${told}`);
    else if (result.violations.length === 0) task.done(told);
    else task.failed(told);
  }
  host.write(json ? `${JSON.stringify(results.map(asJson))}\n` : printTable(results));
  return results.some(({ violations }) => violations.length > 0) ? 1 : 0;
}

function asJson({ row, rounds, violations, seconds }: RowResult) {
  return { row: row.letter, rounds, violations: violations.length, seconds: Math.round(seconds * 10) / 10 };
}

interface Options {
  readonly selected: readonly { readonly row: Row; readonly rounds: number; readonly minutes: number }[];
  readonly seed: number;
  readonly json: boolean;
  readonly help: boolean;
}

function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      minutes: { type: 'string' },
      seed: { type: 'string' },
      short: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { short, json, help } = values;
  const chosen = positionals.length === 0 ? ROWS : positionals.flatMap(rowsOf);
  const rounds = number(values.rounds, 'rounds', 'a whole number');
  const minutes = number(values.minutes, 'minutes', 'a number');
  const selected = chosen
    .filter((row) => !short || row.short !== undefined)
    .map((row) => ({
      row,
      // A timed row is one round, however long.
      rounds: row.minutes === undefined ? (rounds ?? (short ? row.short?.rounds : undefined) ?? row.rounds) : 1,
      minutes: row.minutes === undefined ? 0 : (minutes ?? (short ? row.short?.minutes : undefined) ?? row.minutes),
    }));
  // Nothing that was looked at is no proof.
  if (selected.length === 0) throw new Error(`--short has nothing of ${positionals.join(', ')}`);
  const seed = number(values.seed, 'seed', 'a whole number') ?? Math.floor(Math.random() * 2 ** 31);
  return { selected, seed, json, help };
}

/** A letter may stand for several rows: one promise, broken in different ways. */
function rowsOf(name: string): readonly Row[] {
  const rows = ROWS.filter((each) => each.name === name || each.letter === name);
  if (rows.length === 0) throw new Error(`no row is called ${name}`);
  return rows;
}

function number(text: string | undefined, option: string, kind: 'a number' | 'a whole number'): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  const fits = kind === 'a number' ? Number.isFinite(value) : Number.isSafeInteger(value);
  if (text === '' || !fits || value <= 0) throw new Error(`--${option}: expected ${kind} above 0, not ${text}`);
  return value;
}

function usage(): string {
  const rows = ROWS.map(({ letter, name, fault }) => `  ${letter}  ${name.padEnd(20)} ${fault}`);
  return [
    'usage: npm run faults [-- NAME...] [--rounds N] [--minutes M] [--seed S] [--short] [--json]',
    '',
    'Breaks real processes and checks what must hold all the same. Without a name, all of these:',
    '',
    ...rows,
    '',
    '--rounds N   how often each fault is made     --minutes M  how long the timed ones last',
    '--short      the selection of npm test        --json       [{ "row", "rounds", "violations", "seconds" }]',
    '',
  ].join('\n');
}
