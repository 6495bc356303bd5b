import { messageOf } from '@click-recall/runtime';
import { createRandom } from './random.js';
import type { Row } from './row.js';
import type { LocalServers } from './world/local-servers.js';

export interface RowResult {
  readonly row: Row;
  /** Rounds that were made to their end. */
  readonly rounds: number;
  readonly seconds: number;
  readonly violations: readonly string[];
  /** It was stopped before its end: what it says so far is no verdict. */
  readonly interrupted: boolean;
}

export interface RunRowOptions {
  readonly rounds: number;
  readonly minutes: number;
  readonly seed: number;
  readonly servers: LocalServers;
  /** Told at every step: what goes on, and how far it is. */
  readonly onProgress: (text: string) => void;
  readonly onViolation: (text: string) => void;
  /** Aborted when nobody waits for the result any more: what the row has opened is closed at once. */
  readonly signal: AbortSignal;
}

/** Runs a row and closes what it opened. */
export async function runRow(row: Row, options: RunRowOptions): Promise<RowResult> {
  const { rounds, minutes, seed, servers, onProgress, onViolation, signal } = options;
  const violations: string[] = [];
  const closers: (() => unknown)[] = [];
  const started = performance.now();
  let done = 0;
  let saying = '';
  const tell = (): void => onProgress([rounds > 1 && `round ${done} of ${rounds}`, saying].filter(Boolean).join(', '));
  const violation = (text: string): void => {
    // What fails while everything is being closed has not broken a promise.
    if (signal.aborted) return;
    violations.push(text);
    onViolation(text);
  };
  try {
    const running = row.run({
      rounds,
      minutes,
      random: createRandom(seed),
      servers,
      say(text) {
        saying = text;
        tell();
      },
      roundDone() {
        done += 1;
        tell();
      },
      violation,
      defer: (close) => closers.push(close),
    });
    await Promise.race([running, rejectedWhen(signal)]);
    // Nothing that was looked at is no proof.
    if (done < rounds && violations.length === 0) violation(`${done} of ${rounds} rounds were made`);
  } catch (error) {
    violation(
      `the row ended with an error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
  for (const close of closers.reverse()) {
    try {
      await close();
    } catch (error) {
      violation(`closing: ${messageOf(error)}`);
    }
  }
  return { row, rounds: done, seconds: (performance.now() - started) / 1000, violations, interrupted: signal.aborted };
}

function rejectedWhen(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const interrupt = (): void => reject(new Error('interrupted'));
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt, { once: true });
  });
}
