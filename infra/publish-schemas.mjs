// Publishes the schemas of the topics as they are now, next to those published before: node infra/publish-schemas.mjs (after a build).
// Refuses what would break those who rely on an earlier one; never changes a published file.
import { mkdir, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { topicSchemas } from './dist/docs/json-schemas.js';
import { breaksOf, PUBLISHED, publishedSchemas, unpublished } from './dist/schemas/published-schemas.js';

const published = await publishedSchemas();
const breaks = breaksOf(published);
if (breaks.length > 0) {
  process.stderr.write(
    `not published, since readers or writers of before would break:\n${breaks.map((each) => `  ${each}\n`).join('')}`,
  );
  process.exit(1);
}
await mkdir(PUBLISHED, { recursive: true });
const schemas = topicSchemas();
for (const topic of unpublished(published)) {
  const number = (published.get(topic)?.at(-1)?.number ?? 0) + 1;
  const file = new URL(`${topic}.${number}.json`, PUBLISHED);
  const settings = await resolveConfig(file);
  const text = await format(JSON.stringify(schemas.get(topic)), { ...settings, filepath: file.pathname });
  await writeFile(file, text, { flag: 'wx' });
  process.stdout.write(`docs/schemas/published/${topic}.${number}.json\n`);
}
