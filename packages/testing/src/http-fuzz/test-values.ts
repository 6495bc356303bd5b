import * as fc from 'fast-check';
import { HOSTILE_IDS } from '../hostile-ids.js';

/** As much of JSON Schema as the services' descriptions use. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** Longest list or text that is made where a schema allows more; the limits themselves are for tests by hand. */
const MOST = 20;

/** Anything at all that JSON can say, what is fancied by attackers among it. */
export const garbage: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom(...HOSTILE_IDS),
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc.constantFrom(null, '', -1, 0, 1.5, 1e308, -0, 2 ** 53, [], {}, [[]], '1e999', 'x'.repeat(10_000)),
  fc.integer({ min: 1, max: 2_000 }).map((levels) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown),
);

/** What a schema allows. */
export function valid(schema: JsonSchema): fc.Arbitrary<unknown> {
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return fc.oneof(...branches.map(valid));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const type = [schema.type ?? ''].flat()[0] ?? '';
  switch (type) {
    case 'string':
      return text(schema);
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -(2 ** 31), max: Math.min(schema.maximum ?? 2 ** 31, 2 ** 31) });
    case 'number':
      return fc.oneof(
        { weight: 3, arbitrary: fc.integer({ min: 0, max: Date.now() }) },
        { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
      );
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(valid(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? MOST, MOST),
      });
    case 'object':
      return object(schema, valid);
    default:
      return garbage;
  }
}

/** What a schema allows but for a field or two. */
export function nearlyValid(schema: JsonSchema): fc.Arbitrary<unknown> {
  const part = (of: JsonSchema): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 4, arbitrary: valid(of) }, { weight: 1, arbitrary: garbage });
  return schema.properties ? object(schema, part) : part(schema);
}

function object(schema: JsonSchema, part: (of: JsonSchema) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const properties = Object.entries(schema.properties ?? {});
  const requiredKeys = properties.map(([name]) => name).filter((name) => schema.required?.includes(name));
  return fc.record(Object.fromEntries(properties.map(([name, of]) => [name, part(of)])), { requiredKeys });
}

function text({ minLength = 0, maxLength = 600 }: JsonSchema): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ minLength, maxLength: Math.min(maxLength, MOST) }),
    fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, MOST) }),
    fc.constantFrom(...HOSTILE_IDS),
  );
}
