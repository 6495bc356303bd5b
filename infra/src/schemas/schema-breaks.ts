import type { JsonSchema } from '../docs/json-schemas.js';
import { limitBreaks } from './limit-breaks.js';

/**
 * Who must get on with whom. `taken`: callers write and the pipeline reads, so what could be written before must still be accepted.
 * `given`: the pipeline writes, and there are readers of before as there are messages of before, so both ways must hold.
 */
export type Flow = 'taken' | 'given';

/** Says nothing of which messages are valid. */
const REMARKS = new Set(['$schema', 'description', 'title', 'examples', '$comment']);
const LOOKED_AT = new Set([
  'type',
  'const',
  'enum',
  'properties',
  'required',
  'items',
  'anyOf',
  'oneOf',
  'propertyNames',
]);
const LIMITS = new Set(['minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems']);

/**
 * What of a schema, against one that was published, breaks those who rely on it: fields that are gone or of another type, newly required,
 * narrower values, and whatever this check does not understand. Empty where old and new get on. Readers ignore fields they do not know, so
 * a new optional one breaks nobody.
 *
 * @param at where in the schema, for the messages
 */
export function schemaBreaks(published: JsonSchema, current: JsonSchema, flow: Flow, at = ''): string[] {
  const where = at === '' ? 'the value' : at;
  return [
    ...branchBreaks(published, current, flow, where),
    ...typeBreaks(published, current, flow, where),
    ...choiceBreaks(published, current, flow, where),
    ...limitBreaks(published, current, flow, where),
    ...fieldBreaks(published, current, flow, at),
    ...nested(published, current, 'items', flow, `${at}[]`),
    ...nested(published, current, 'propertyNames', flow, `${where}, names of fields`),
    ...unknownBreaks(published, current, where),
  ];
}

/** Each published form must have one now that it gets on with, and where the pipeline writes the other way round too. */
function branchBreaks(published: JsonSchema, current: JsonSchema, flow: Flow, where: string): string[] {
  const [before, now] = [branches(published), branches(current)];
  if (before.length === 0 && now.length === 0) return [];
  const lost = before.flatMap((branch) => closest(now.map((each) => schemaBreaks(branch, each, flow))));
  const added = now.filter((branch) => !before.some((each) => schemaBreaks(each, branch, flow).length === 0));
  return [
    ...lost.map((reason) => `${where}, in one of its forms: ${reason}`),
    ...(flow === 'given' && added.length > 0 && lost.length === 0
      ? [`${where} has a form that readers do not know`]
      : []),
  ];
}

/** No breaks where one of the forms fits, else those of the one that fits best. */
function closest(breaks: readonly string[][]): string[] {
  return breaks.toSorted((a, b) => a.length - b.length)[0] ?? ['it has no forms any more'];
}

function branches(schema: JsonSchema): JsonSchema[] {
  return [schema['anyOf'], schema['oneOf']].flatMap((each) => (Array.isArray(each) ? (each as JsonSchema[]) : []));
}

function typeBreaks(published: JsonSchema, current: JsonSchema, flow: Flow, where: string): string[] {
  const [before, now] = [types(published), types(current)];
  if (!before || !now)
    return before === now
      ? []
      : [`${where} ${now ? 'is now of' : 'was of'} a type of its own (${[...(now ?? before ?? [])].join(', ')})`];
  const accepts = (wide: ReadonlySet<string>, type: string): boolean =>
    wide.has(type) || (type === 'integer' && wide.has('number'));
  const gone = [...before].filter((type) => !accepts(now, type));
  const added = flow === 'given' ? [...now].filter((type) => !accepts(before, type)) : [];
  return [
    ...gone.map((type) => `${where} is no longer of type ${type}`),
    ...added.map((type) => `${where} may now be of type ${type}, which readers do not expect`),
  ];
}

function types({ type }: JsonSchema): ReadonlySet<string> | undefined {
  return type === undefined ? undefined : new Set([type].flat().map(String));
}

/** Values out of a list: `enum`, or `const` for a list of one. */
function choiceBreaks(published: JsonSchema, current: JsonSchema, flow: Flow, where: string): string[] {
  const [before, now] = [choices(published), choices(current)];
  if (!now) return before && flow === 'given' ? [`${where} may now have any value`] : [];
  if (!before) return [`${where} may now only be ${[...now].join(', ')}`];
  const gone = [...before].filter((value) => !now.has(value));
  const added = flow === 'given' ? [...now].filter((value) => !before.has(value)) : [];
  return [
    ...gone.map((value) => `${where} may no longer be ${value}`),
    ...added.map((value) => `${where} may now be ${value}, which readers do not know`),
  ];
}

function choices(schema: JsonSchema): ReadonlySet<string> | undefined {
  if ('const' in schema) return new Set([JSON.stringify(schema['const'])]);
  const list = schema['enum'];
  return Array.isArray(list) ? new Set(list.map((value) => JSON.stringify(value))) : undefined;
}

function fieldBreaks(published: JsonSchema, current: JsonSchema, flow: Flow, at: string): string[] {
  const [before, now] = [fields(published), fields(current)];
  const [wasRequired, isRequired] = [required(published), required(current)];
  const name = (field: string): string => (at === '' ? field : `${at}.${field}`);
  return [
    ...[...before.keys()].filter((field) => !now.has(field)).map((field) => `${name(field)} is gone`),
    ...[...isRequired].filter((field) => !wasRequired.has(field)).map((field) => `${name(field)} is now required`),
    ...[...wasRequired]
      .filter((field) => flow === 'given' && now.has(field) && !isRequired.has(field))
      .map((field) => `${name(field)} is no longer always there, and readers need it`),
    ...[...before].flatMap(([field, schema]) => {
      const next = now.get(field);
      return next ? schemaBreaks(schema, next, flow, name(field)) : [];
    }),
  ];
}

function fields({ properties }: JsonSchema): ReadonlyMap<string, JsonSchema> {
  return new Map(Object.entries((properties ?? {}) as Record<string, JsonSchema>));
}

function required(schema: JsonSchema): ReadonlySet<string> {
  const names = schema['required'];
  return new Set(Array.isArray(names) ? names.map(String) : []);
}

function nested(published: JsonSchema, current: JsonSchema, keyword: string, flow: Flow, at: string): string[] {
  const [before, now] = [published[keyword], current[keyword]] as (JsonSchema | undefined)[];
  if (!before && !now) return [];
  return before && now
    ? schemaBreaks(before, now, flow, at)
    : [`${at} ${now ? 'is now limited' : 'is no longer limited'}`];
}

/** A default changed gives old messages another meaning; of what else is not understood no change is let through. */
function unknownBreaks(published: JsonSchema, current: JsonSchema, where: string): string[] {
  const keywords = new Set([...Object.keys(published), ...Object.keys(current)]);
  return [...keywords]
    .filter((keyword) => !REMARKS.has(keyword) && !LOOKED_AT.has(keyword) && !LIMITS.has(keyword))
    .filter((keyword) => JSON.stringify(published[keyword]) !== JSON.stringify(current[keyword]))
    .map((keyword) => `${where} has another ${keyword}`);
}
