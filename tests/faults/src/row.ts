import type { Random } from './random.js';
import type { LocalServers } from './world/local-servers.js';

/** One row of the fault table: something that breaks, and what must hold all the same. */
export interface Row {
  /** The row's letter in the table. */
  readonly letter: string;
  /** What it is called on the command line. */
  readonly name: string;
  readonly fault: string;
  readonly promise: string;
  /** How often the fault is made, unless `--rounds` says otherwise. 1 for a timed row. */
  readonly rounds: number;
  /** How long a timed row lasts, unless `--minutes` says otherwise. */
  readonly minutes?: number;
  /** How much of it is part of `npm test`; absent: nothing. */
  readonly short?: { readonly rounds?: number; readonly minutes?: number };
  /** An error that it throws counts as a violation. */
  readonly run: (run: RowRun) => Promise<void>;
}

/** What a row gets to work with. */
export interface RowRun {
  readonly rounds: number;
  /** 0 for a row that is not timed. */
  readonly minutes: number;
  /** Made of the seed that the report prints: the same seed makes the same choices. */
  readonly random: Random;
  readonly servers: LocalServers;
  /** Says what is going on, for whoever watches. */
  readonly say: (text: string) => void;
  /** One round is over. */
  readonly roundDone: () => void;
  /** The promise did not hold. */
  readonly violation: (text: string) => void;
  /** Called when the row is over, the last one first, whatever became of it. */
  readonly defer: (close: () => unknown) => void;
}
