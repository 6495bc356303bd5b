import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sharedFolder } from '@click-recall/testing';
import { describe, expect, it } from 'vitest';
import { goldenDifferences, type GoldenFile } from './golden/golden-runners.js';

const own = fileURLToPath(new URL('../golden', import.meta.url));
const named = process.env['GOLDEN_DIR'];
const shared = sharedFolder('golden');

/** A test a file; no code is needed to add one. */
describe('golden', () => {
  for (const [file, given] of filesOf(named ?? own)) {
    it(file, () => expect(goldenDifferences(given)).toEqual([]));
  }
});

describe.skipIf(shared === undefined || named !== undefined)(
  'golden of the shared folder (skipped where absent)',
  () => {
    for (const [file, given] of shared === undefined ? [] : filesOf(shared)) {
      it(file, () => expect(goldenDifferences(given)).toEqual([]));
    }
  },
);

/** What has no network is no golden file. */
function filesOf(folder: string): [string, GoldenFile][] {
  if (!existsSync(folder)) throw new Error(`there is no folder ${folder}`);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file): [string, GoldenFile] => [file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as GoldenFile])
    .filter(([, { network }]) => network !== undefined);
}
