import { format, resolveConfig } from 'prettier';
import { stringify } from 'yaml';
import { asyncApi } from './async-api.js';
import { topicSchemas } from './json-schemas.js';
import { configurationPage, metricsPage } from './reference-pages.js';

/** Every generated file of docs/: its path from the project's root, and its text as prettier leaves it. */
export async function referenceDocs(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>([
    ['docs/asyncapi.yaml', stringify(asyncApi(), { lineWidth: 0, aliasDuplicateObjects: false })],
    ['docs/metrics.md', metricsPage()],
    ['docs/configuration.md', configurationPage()],
  ]);
  for (const [topic, schema] of topicSchemas()) files.set(`docs/schemas/${topic}.json`, JSON.stringify(schema));
  const root = new URL('../../../', import.meta.url);
  for (const [path, text] of files) {
    const settings = await resolveConfig(new URL(path, root));
    files.set(path, await format(text, { ...settings, filepath: path }));
  }
  return files;
}
