// Writes the reference pages of docs/ from the catalogues they come from: node infra/generate-docs.mjs (after a build).
import { mkdir, writeFile } from 'node:fs/promises';
import { referenceDocs } from './dist/docs/reference-docs.js';

const root = new URL('../', import.meta.url);
for (const [path, text] of await referenceDocs()) {
  const file = new URL(path, root);
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, text);
  process.stdout.write(`${path}\n`);
}
