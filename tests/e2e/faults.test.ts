import { expect, it } from 'vitest';
import { runScript } from './start-process.js';

interface RowResult {
  readonly row: string;
  readonly rounds: number;
  readonly violations: number;
}

const WITHIN_MS = 900_000;

it(
  'keeps its promises under the short selection of faults',
  async () => {
    const faults = runScript('infra/faults.mjs', ['--short', '--json'], {});
    const code = await faults.ended();
    const output = faults.output();
    const json = output.split('\n').find((line) => line.startsWith('[{'));
    expect(json, output).toBeDefined();
    const results = JSON.parse(json ?? '') as RowResult[];
    expect(results.length).toBeGreaterThan(0);
    for (const { row, rounds, violations } of results) {
      expect({ row, rounds: rounds > 0, violations }, output).toEqual({ row, rounds: true, violations: 0 });
    }
    expect(code, output).toBe(0);
  },
  WITHIN_MS,
);
