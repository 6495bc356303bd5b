import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sharedFolder } from '@click-recall/testing';
import { describe, expect, it } from 'vitest';
import { differences, type GoldenCase } from './golden/golden-case.js';
import { goldenRunners } from './golden/golden-runners.js';

const own = fileURLToPath(new URL('../golden', import.meta.url));
const named = process.env['GOLDEN_DIR'];
const shared = sharedFolder('golden');

/** A case by its file's name; no code is needed to add one. */
describe('golden', () => {
  for (const [file, given] of casesOf(named ?? own)) {
    it(file, () => {
      const run = goldenRunners.get(given.network);
      if (run === undefined) throw new Error(`no runner for the network ${given.network}`);
      expect(differences(given, run(given))).toEqual([]);
    });
  }
});

describe.skipIf(shared === undefined || named !== undefined)(
  'golden of the shared folder (skipped where absent)',
  () => {
    for (const [file, given] of shared === undefined ? [] : casesOf(shared)) {
      const run = goldenRunners.get(given.network);
      if (run !== undefined) it(file, () => expect(differences(given, run(given))).toEqual([]));
    }
  },
);

function casesOf(folder: string): [string, GoldenCase][] {
  if (!existsSync(folder)) throw new Error(`there is no folder ${folder}`);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file): [string, unknown] => [file, JSON.parse(readFileSync(join(folder, file), 'utf8'))])
    .filter((entry): entry is [string, GoldenCase] => isCase(entry[1]));
}

/** parameter-counts.json and its like are no cases. */
function isCase(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'network' in value && 'weights' in value;
}
