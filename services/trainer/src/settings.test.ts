import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@click-recall/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { readSettings } from './settings.js';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function fileOf(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'settings-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'model.json');
  await writeFile(file, content);
  return file;
}

describe('the model settings file', () => {
  it('is all defaults when there is none', () => {
    const { model, rules } = readSettings(undefined);
    expect(model).toEqual({});
    expect(rules).toMatchObject({ gateTolerance: 0.01, gateVersions: 5, keepVersions: 10 });
  });

  it('sets the network, the training and the rules of the trainer', async () => {
    const content = { encoder: { dim: 32 }, training: { epochs: 3 }, trainer: { finalEpochs: 2 } };
    const { model, rules } = readSettings(await fileOf(JSON.stringify(content)));
    expect(model).toEqual({ encoder: { dim: 32 }, training: { epochs: 3 } });
    expect(rules.finalEpochs).toBe(2);
  });

  it.each([
    ['{', /MODEL_CONFIG.*JSON/],
    ['[]', /expected an object/],
    ['{"trainer":{"gateTolerance":-1}}', /trainer\.gateTolerance/],
    ['{"trainer":{"tolerance":1}}', /tolerance/],
  ])('names what is wrong in %s', async (content, problem) => {
    const file = await fileOf(content);
    expect(() => readSettings(file)).toThrow(ConfigError);
    expect(() => readSettings(file)).toThrow(problem);
  });
});
