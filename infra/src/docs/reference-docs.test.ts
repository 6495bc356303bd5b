import { readFile } from 'node:fs/promises';
import { TOPIC_NAMES } from '@click-recall/contracts';
import { describe, expect, it } from 'vitest';
import { asyncApi } from './async-api.js';
import { topicSchema } from './json-schemas.js';
import { referenceDocs } from './reference-docs.js';

function child(node: unknown, key: string): unknown {
  return typeof node === 'object' && node !== null ? new Map(Object.entries(node)).get(key) : undefined;
}

describe('referenceDocs', () => {
  it('is what stands in docs/ (else: npm run build && node infra/generate-docs.mjs)', async () => {
    const root = new URL('../../../', import.meta.url);
    for (const [path, text] of await referenceDocs()) {
      const written = await readFile(new URL(path, root), 'utf8').catch(() => `${path} is missing`);
      expect({ path, text: written }).toEqual({ path, text });
    }
  });
});

describe('asyncApi', () => {
  it('describes every topic, and refers only to what is there', () => {
    const document = asyncApi();
    expect(document).toMatchObject({
      channels: Object.fromEntries(TOPIC_NAMES.map((name) => [name, { address: name }])),
    });
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(references.length).toBeGreaterThan(TOPIC_NAMES.length);
    const resolved = references.map((reference) => reference.split('/').reduce<unknown>(child, document));
    expect(resolved.filter((target) => target === undefined)).toEqual([]);
  });
});

describe('topicSchema', () => {
  it('says of clicks what may be written, not what is read', () => {
    const text = JSON.stringify(topicSchema('clicks'));
    expect(text).toContain('"forget"');
    const [, interaction] = (topicSchema('clicks') as { anyOf: { required: string[] }[] }).anyOf;
    expect(interaction?.required).toEqual(['userId', 'timestamp', 'itemId']);
  });

  it('has none for the bytes of others', () => {
    expect(topicSchema('dead-letters')).toBeUndefined();
  });
});
