import * as fc from 'fast-check';
import { garbage, nearlyValid, valid, type JsonSchema } from './test-values.js';

/** As much of OpenAPI as is needed to ask. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: JsonSchema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: JsonSchema }>> };
}

/** A request as it goes over the wire. */
export interface FuzzRequest {
  readonly method: string;
  /** Path and query, encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];
const TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'application/x-ndjson',
  'application/jsonl',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/octet-stream',
  'APPLICATION/JSON;;;',
  '*/*',
  '',
];

const headerText = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) });
/** Headers that mean something to somebody on the way. */
const strangeHeaders = fc.dictionary(
  fc.constantFrom(
    'x-api-key',
    'authorization',
    'accept',
    'accept-encoding',
    'content-encoding',
    'origin',
    'range',
    'if-none-match',
    'x-forwarded-for',
    'x-http-method-override',
    'cookie',
    'access-control-request-method',
  ),
  fc.oneof(headerText, fc.constantFrom('gzip', 'https://evil.example', 'bytes=0-', 'DELETE', 'Basic Og==')),
  { maxKeys: 3 },
);

/** Requests to everything that a description names, from what it allows to what nobody would send. */
export function requestsTo({ paths }: OpenApi): fc.Arbitrary<FuzzRequest> {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => requestTo(path, method.toUpperCase(), operation)),
  );
  return fc.oneof({ weight: 9, arbitrary: fc.oneof(...operations) }, { weight: 1, arbitrary: nowhere });
}

const nowhere: fc.Arbitrary<FuzzRequest> = fc.record({
  method: fc.constantFrom(...METHODS),
  path: fc.oneof(
    fc.webPath().map((path) => `/${path}`),
    fc.string({ maxLength: 200 }).map((text) => `/${encodeURI(text).replaceAll('#', '')}`),
    fc.constantFrom('/', '//', '/..', '/%2e%2e/', '/%', '/%ff', '/v1', '/v1/', '/docs/../../package.json', '/docs/static/%2e%2e%2f%2e%2e%2fpackage.json'), // prettier-ignore
  ),
  headers: strangeHeaders,
  body: fc.constant(undefined),
});

function requestTo(
  template: string,
  method: string,
  { parameters = [], requestBody }: Operation,
): fc.Arbitrary<FuzzRequest> {
  const query = parameters.filter((parameter) => parameter.in === 'query');
  const anything = (schema: JsonSchema = {}) =>
    fc.oneof({ weight: 4, arbitrary: valid(schema) }, { weight: 1, arbitrary: garbage });
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? ['application/json', {}];
  return fc
    .record({
      method: fc.oneof(
        { weight: 9, arbitrary: fc.constant(method) },
        { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
      ),
      params: fc.record(
        Object.fromEntries(
          parameters.filter((at) => at.in === 'path').map(({ name, schema }) => [name, anything(schema)]),
        ),
      ),
      query: fc.record(Object.fromEntries(query.map(({ name, schema }) => [name, anything(schema)])), {
        requiredKeys: [],
      }),
      extra: fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }),
      type: fc.oneof({ weight: 4, arbitrary: fc.constant(type) }, { weight: 1, arbitrary: fc.constantFrom(...TYPES) }),
      headers: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: strangeHeaders }),
      body: requestBody ? bodyOf(content.schema ?? {}) : fc.option(bodyOf({}), { nil: undefined, freq: 5 }),
    })
    .map(({ params, query: known, extra, type: contentType, headers, body, ...rest }) => ({
      ...rest,
      path:
        template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encode(params[name])) + search({ ...extra, ...known }),
      headers: { ...headers, ...(body && { 'content-type': contentType, 'content-length': String(body.length) }) },
      body,
    }));
}

/** JSON of what the schema allows, nearly allows or does not; nested deep; several lines of it; cut off; bytes. */
function bodyOf(schema: JsonSchema): fc.Arbitrary<Buffer> {
  const value = fc.oneof(
    { weight: 3, arbitrary: valid(schema) },
    { weight: 3, arbitrary: nearlyValid(schema) },
    { weight: 1, arbitrary: garbage },
  );
  const json = value.map((body) => JSON.stringify(body) ?? '');
  return fc.oneof(
    { weight: 6, arbitrary: json.map((text) => Buffer.from(text)) },
    {
      weight: 1,
      arbitrary: fc.tuple(json, fc.nat(100_000)).map(([text, levels]) => Buffer.from(deepened(text, levels))),
    },
    { weight: 1, arbitrary: fc.array(json, { maxLength: 5 }).map((lines) => Buffer.from(lines.join('\n'))) },
    { weight: 1, arbitrary: fc.tuple(json, fc.nat(100)).map(([text, end]) => Buffer.from(text.slice(0, end))) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  );
}

/** An object with one more field, of so many lists in one another. */
function deepened(json: string, levels: number): string {
  const fields = /^\{(.+)\}$/s.exec(json)?.[1];
  return `{${fields === undefined ? '' : `${fields},`}"deep":${'['.repeat(levels)}${']'.repeat(levels)}}`;
}

function encode(value: unknown): string {
  return encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value));
}

function search(query: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}
