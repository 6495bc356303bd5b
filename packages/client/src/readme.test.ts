import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import * as client from './index.js';
import { openTestPipeline } from './open-test-client.js';

it('exports what the README names', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const names = [...readme.matchAll(/`([A-Z][a-z]\w*)`/g)].map(([, name = '']) => name);
  expect(names).not.toEqual([]);
  expect(Object.keys(client)).toEqual(expect.arrayContaining(names));
});

it('the example of the README runs', async () => {
  const { options } = await openTestPipeline();
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```js\n(.*?)```/s.exec(readme)?.[1] ?? '';
  vi.stubEnv('KAFKA_BROKERS', options.brokers.join(','));
  vi.stubEnv('NAMESPACE', options.namespace);
  const said: unknown[] = [];
  vi.spyOn(console, 'log').mockImplementation((...words) => void said.push(words.join(' ')));
  onTestFinished(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });
  // Beside the sources, so that the package's name is found from there.
  const folder = await mkdtemp(join(fileURLToPath(new URL('..', import.meta.url)), '.example-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'example.mjs');
  await writeFile(file, example);

  await import(/* @vite-ignore */ pathToFileURL(file).href);
  expect(said).toEqual(['delivered']);
});
