import { readdir, readFile } from 'node:fs/promises';
import { TOPICS, type TopicName } from '@click-recall/contracts';
import { topicSchemas, type JsonSchema } from '../docs/json-schemas.js';
import { schemaBreaks, type Flow } from './schema-breaks.js';

/** Schemas that others rely on: `TOPIC.NUMBER.json`, each as it was when it was published. Files are added here, never changed. */
export const PUBLISHED = new URL('../../../docs/schemas/published/', import.meta.url);

export interface PublishedSchema {
  readonly number: number;
  readonly schema: JsonSchema;
}

/** Those of each topic, oldest first. */
export async function publishedSchemas(folder: URL = PUBLISHED): Promise<Map<string, PublishedSchema[]>> {
  const found = new Map<string, PublishedSchema[]>();
  for (const file of await readdir(folder).catch(() => [])) {
    const [, topic, number] = /^([a-z-]+)\.([1-9]\d*)\.json$/.exec(file) ?? [];
    if (topic === undefined) throw new Error(`${file} in docs/schemas/published is not named TOPIC.NUMBER.json`);
    const schema = JSON.parse(await readFile(new URL(file, folder), 'utf8')) as JsonSchema;
    found.set(topic, [...(found.get(topic) ?? []), { number: Number(number), schema }]);
  }
  for (const schemas of found.values()) schemas.sort((a, b) => a.number - b.number);
  return found;
}

/** What of the schemas as they are now breaks those who rely on a published one: `TOPIC (as in TOPIC.NUMBER.json): what`. */
export function breaksOf(
  published: ReadonlyMap<string, readonly PublishedSchema[]>,
  current: ReadonlyMap<string, JsonSchema> = topicSchemas(),
): string[] {
  return [...published].flatMap(([topic, schemas]) => {
    const now = current.get(topic);
    return schemas.flatMap(({ number, schema }) => {
      const breaks = now ? schemaBreaks(schema, now, flowOf(topic)) : ['has no schema any more'];
      return breaks.map((what) => `${topic} (as in ${topic}.${number}.json): ${what}`);
    });
  });
}

/** Topics whose schema is not the newest one published of it, but for remarks. */
export function unpublished(
  published: ReadonlyMap<string, readonly PublishedSchema[]>,
  current: ReadonlyMap<string, JsonSchema> = topicSchemas(),
): string[] {
  return [...current].flatMap(([topic, schema]) => {
    const newest = published.get(topic)?.at(-1)?.schema;
    return newest && bare(newest) === bare(schema) ? [] : [topic];
  });
}

function flowOf(topic: string): Flow {
  return TOPICS[topic as TopicName].writer === 'you' ? 'taken' : 'given';
}

function bare(schema: JsonSchema): string {
  return JSON.stringify(schema, (key, value: unknown) => (key === 'description' ? undefined : value));
}
