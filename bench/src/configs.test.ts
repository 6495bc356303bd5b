import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readExperiments } from '@click-recall/lab';
import { describe, expect, it } from 'vitest';

const CONFIGS = fileURLToPath(new URL('../configs/', import.meta.url));

describe('the experiment files', async () => {
  const files = (await readdir(CONFIGS)).filter((file) => file.endsWith('.yaml'));

  it.each(files)('%s can be read, with data in whatever folder is named', async (file) => {
    for (const { data } of await readExperiments(`${CONFIGS}${file}`, { dataFolder: '/data' })) {
      expect(data.path).toMatch(/^\/data\//);
    }
  });

  it('name every experiment once, so that all can be compared at once', async () => {
    const all = await Promise.all(files.map((file) => readExperiments(`${CONFIGS}${file}`)));
    const names = all.flat().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
