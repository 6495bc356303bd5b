import { describe, expect, it } from 'vitest';
import { topicSchemas, type JsonSchema } from '../docs/json-schemas.js';
import { breaksOf, publishedSchemas, unpublished } from './published-schemas.js';

describe('the schemas of the topics', () => {
  it('break nobody who reads or writes by a published one (else: make the change optional, or a new version)', async () => {
    expect(breaksOf(await publishedSchemas())).toEqual([]);
  });

  it('are published as they are (else: npm run build && node infra/publish-schemas.mjs)', async () => {
    expect(unpublished(await publishedSchemas())).toEqual([]);
  });

  it('do not forbid fields that a later version may add', () => {
    expect(JSON.stringify([...topicSchemas().values()])).not.toContain('"additionalProperties":false');
  });
});

describe('the check of published schemas', () => {
  const change = async (topic: string, text: string, by: string): Promise<Map<string, JsonSchema>> => {
    const published = await publishedSchemas();
    const newest = JSON.stringify(published.get(topic)?.at(-1)?.schema);
    expect(newest).toContain(text);
    return new Map<string, JsonSchema>(topicSchemas()).set(
      topic,
      JSON.parse(newest.replaceAll(text, by)) as JsonSchema,
    );
  };

  it.each([
    ['recommendations', '"sequenceRevision"', '"revision"', /recommendations .*sequenceRevision is gone/],
    ['recommendations', '"popular"', '"trending"', /items\[\]\.channel may no longer be "popular"/],
    ['clicks', '"maxLength":512', '"maxLength":256', /clicks .*tighter maxLength/],
    ['user-vectors', '"type":"array"', '"type":"string"', /user-vectors .*vector is no longer of type array/],
    ['items', '"required":["itemId"]', '"required":["itemId","title"]', /items .*title is now required/],
  ])('tells of %s what breaks: %s made %s', async (topic, text, by, reason) => {
    expect(breaksOf(await publishedSchemas(), await change(topic, text, by)).join('\n')).toMatch(reason);
  });

  it('asks for a change that breaks nobody to be published', async () => {
    const more = await change('items', '"deleted":', '"colour":{"type":"string"},"deleted":');
    expect(breaksOf(await publishedSchemas(), more)).toEqual([]);
    expect(unpublished(await publishedSchemas(), more)).toEqual(['items']);
  });

  it('tells when a topic has no schema any more', async () => {
    const fewer = new Map<string, JsonSchema>(topicSchemas());
    fewer.delete('items');
    expect(breaksOf(await publishedSchemas(), fewer)).toContain('items (as in items.1.json): has no schema any more');
  });
});
