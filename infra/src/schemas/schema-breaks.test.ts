import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../docs/json-schemas.js';
import { schemaBreaks, type Flow } from './schema-breaks.js';

const BASE = {
  type: 'object',
  properties: {
    id: { type: ['string', 'number'], minLength: 1, maxLength: 512 },
    kind: { type: 'string', enum: ['a', 'b'] },
    version: { type: 'number', const: 1, default: 1 },
    count: { type: 'integer', minimum: 0 },
    tags: {
      type: 'array',
      maxItems: 3,
      items: { type: 'object', properties: { t: { type: 'string' } }, required: ['t'] },
    },
  },
  required: ['id'],
};

type Fields = Record<string, JsonSchema>;

/** The base with other fields. */
function changed(change: (fields: Fields) => Fields, required: string[] = BASE.required): JsonSchema {
  return { ...BASE, properties: change({ ...BASE.properties }), required };
}

function omit(fields: Fields, name: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([each]) => each !== name));
}

const both: [string, JsonSchema, RegExp][] = [
  ['a removed field', changed((fields) => omit(fields, 'count')), /^count is gone$/],
  [
    'a renamed field',
    changed((fields) => ({ ...omit(fields, 'count'), number: { type: 'integer' } })),
    /^count is gone$/,
  ],
  [
    'a retyped field',
    changed((fields) => ({ ...fields, kind: { type: 'number' } })),
    /kind is no longer of type string/,
  ],
  [
    'a narrowed type',
    changed((fields) => ({ ...fields, id: { ...BASE.properties.id, type: 'string' } })),
    /id is no longer of type number/,
  ],
  [
    'a new required field',
    changed((fields) => ({ ...fields, extra: { type: 'string' } }), ['id', 'extra']),
    /extra is now required/,
  ],
  ['a field that becomes required', changed((fields) => fields, ['id', 'kind']), /kind is now required/],
  [
    'a narrowed enum',
    changed((fields) => ({ ...fields, kind: { type: 'string', enum: ['a'] } })),
    /kind may no longer be "b"/,
  ],
  [
    'another constant',
    changed((fields) => ({ ...fields, version: { type: 'number', const: 2, default: 1 } })),
    /version may no longer be 1/,
  ],
  [
    'another default',
    changed((fields) => ({ ...fields, version: { type: 'number', const: 1, default: 3 } })),
    /version has another default/,
  ],
  [
    'a tighter limit',
    changed((fields) => ({ ...fields, id: { ...BASE.properties.id, maxLength: 100 } })),
    /id has a tighter maxLength: 512 before, 100 now/,
  ],
  [
    'a new limit',
    changed((fields) => ({ ...fields, count: { type: 'integer', minimum: 0, maximum: 9 } })),
    /tighter maximum: none before, 9 now/,
  ],
  [
    'a change deep inside',
    changed((fields) => ({
      ...fields,
      tags: {
        ...BASE.properties.tags,
        items: { type: 'object', properties: { t: { type: 'number' } }, required: ['t'] },
      },
    })),
    /^tags\[\]\.t is no longer of type string/,
  ],
  [
    'a rule that the check does not know',
    changed((fields) => ({ ...fields, kind: { ...BASE.properties.kind, pattern: '^a' } })),
    /kind has another pattern/,
  ],
];

const wider: [string, JsonSchema, RegExp][] = [
  [
    'a wider enum',
    changed((fields) => ({ ...fields, kind: { type: 'string', enum: ['a', 'b', 'c'] } })),
    /kind may now be "c", which readers do not know/,
  ],
  [
    'a wider type',
    changed((fields) => ({ ...fields, count: { type: ['integer', 'null'], minimum: 0 } })),
    /count may now be of type null/,
  ],
  [
    'a wider limit',
    changed((fields) => ({ ...fields, id: { ...BASE.properties.id, maxLength: 1024 } })),
    /a wider maxLength/,
  ],
  ['a field that becomes optional', changed((fields) => fields, []), /id is no longer always there/],
];

describe.each(['taken', 'given'] as Flow[])('of what is %s', (flow) => {
  it.each(both)('%s breaks, and is named', (_what, schema, reason) => {
    const breaks = schemaBreaks(BASE, schema, flow);
    expect(breaks).toEqual([expect.stringMatching(reason), ...breaks.slice(1)]);
  });

  it('nothing breaks of the same, of other remarks, and of an optional field more', () => {
    expect(schemaBreaks(BASE, BASE, flow)).toEqual([]);
    expect(schemaBreaks(BASE, { ...BASE, description: 'other words' }, flow)).toEqual([]);
    expect(
      schemaBreaks(
        BASE,
        changed((fields) => ({ ...fields, extra: { type: 'string' } })),
        flow,
      ),
    ).toEqual([]);
  });

  it('a form that is gone breaks', () => {
    const [a, b] = [BASE, { type: 'object', properties: { other: { type: 'string' } }, required: ['other'] }];
    expect(schemaBreaks({ anyOf: [a, b] }, { anyOf: [a, b] }, flow)).toEqual([]);
    expect(schemaBreaks({ anyOf: [a, b] }, { anyOf: [a] }, flow)).not.toEqual([]);
  });
});

describe('what allows more', () => {
  it.each(wider)('%s breaks readers of before, not writers of before', (_what, schema, reason) => {
    expect(schemaBreaks(BASE, schema, 'taken')).toEqual([]);
    expect(schemaBreaks(BASE, schema, 'given')).toEqual([expect.stringMatching(reason)]);
  });

  it('is a form that readers of before do not know', () => {
    const more = { type: 'object', properties: { kind: { const: 'z' } }, required: ['kind'] };
    expect(schemaBreaks({ oneOf: [BASE] }, { oneOf: [BASE, more] }, 'taken')).toEqual([]);
    expect(schemaBreaks({ oneOf: [BASE] }, { oneOf: [BASE, more] }, 'given')).toEqual([
      'the value has a form that readers do not know',
    ]);
  });
});
