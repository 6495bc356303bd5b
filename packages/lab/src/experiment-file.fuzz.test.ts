import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostileBytes, hostileJson } from '@click-recall/testing';
import * as fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { readExperiments } from './experiment-file.js';
import { LabError } from './lab-error.js';

const data = { format: 'csv', path: 'clicks.csv', options: { user: 'u', items: { path: 'items.csv' } } };
const protocol = { kind: 'leave-one-out' };
const networks = [
  { network: 'sequence-encoder', encoder: { dim: 8, heads: 2 }, training: { epochs: 2 } },
  { network: 'two-tower', towers: { layers: [4] }, training: { seed: 2 } },
  { network: 'dcn', fields: [], config: {}, training: {} },
];
const valid = networks.map((model, place) => ({ name: `n${place}`, label: 'l', data, protocol, seeds: [1], model }));

/** What YAML has and JSON has not. */
const yaml = `- &one
  name: a
  data: { format: user-item, path: clicks.txt }
  protocol: { kind: leave-one-out }
  model: &model { network: sequence-encoder, encoder: { dim: 8, heads: 2 } }
- <<: *one
  name: b
  model: { <<: *model, training: { epochs: 0x2 } }
`;

it('any file is experiments, or an error that names the file', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'experiments-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'try.yaml');
  const read = async (content: string | Uint8Array): Promise<unknown> => {
    writeFileSync(file, content);
    return readExperiments(file).catch((thrown: unknown) => thrown);
  };
  expect(await read(yaml)).toHaveLength(2);
  const content = fc.oneof(hostileJson(valid), hostileJson(valid[0]), hostileBytes(Buffer.from(yaml)));
  await fc.assert(
    fc.asyncProperty(content, async (bytes) => {
      const answer = await read(bytes);
      if (Array.isArray(answer)) return;
      expect(answer).toBeInstanceOf(LabError);
      expect((answer as Error).message).toContain(file);
    }),
    { numRuns: 80 },
  );
});

it('a merge of what is no map is an error that names the file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'experiments-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'try.yaml'), 'name: a\n<<: 7\n');
  const read = readExperiments(join(folder, 'try.yaml'));
  await expect(read).rejects.toThrow(LabError);
  await expect(read).rejects.toThrow(/try\.yaml: Merge sources must be maps/);
});
