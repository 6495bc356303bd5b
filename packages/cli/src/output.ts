import { printable } from './printable.js';

export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Where a command writes: results to standard output, for people or as JSON; what happens meanwhile to standard error. */
export interface Output {
  readonly json: boolean;
  /** The result: `text` for people, `value` for scripts (one JSON document a line). */
  readonly result: (text: () => string, value: unknown) => void;
  /** A remark on the way; not part of the result. Silent with JSON. */
  readonly note: (text: string) => void;
  readonly error: (text: string) => void;
}

/** Ids, titles and messages are what somebody wrote. */
const shown = (text: string): string => printable(text, { lines: true });

export function createOutput(stdout: TextStream, stderr: TextStream, json: boolean): Output {
  return {
    json,
    result: (text, value) => void stdout.write(json ? `${JSON.stringify(value)}\n` : `${shown(text())}\n`),
    note: (text) => void (json || stderr.write(`${shown(text)}\n`)),
    error: (text) =>
      void stderr.write(json ? `${JSON.stringify({ error: { message: text } })}\n` : `error: ${shown(text)}\n`),
  };
}
