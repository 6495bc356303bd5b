import * as fc from 'fast-check';
import { garbage } from './http-fuzz/test-values.js';

/** Where in a value something is: names and places from the outside in. */
type Path = readonly (string | number)[];

/** Deeper than JSON.stringify can follow, which JSON.parse can. */
const ABYSS = 50_000;
const ABYSS_MARK = '\u0001abyss\u0001';

/** Ids as a pipeline may get them: of few letters, so that they meet again, and of any code points. */
export const anyId: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'ab', 'a\0', '\0', '\u0001', '{a}', 'é', '\uffff', '😀') },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: 'binary', minLength: 1, maxLength: 20 })
      .filter((text) => !/\p{Surrogate}/u.test(text)),
  },
);

/** A value (as JSON has them) of which up to three parts are gone or are something else, at any depth; now and then nothing like it. */
export function hostileValue(valid: unknown): fc.Arbitrary<unknown> {
  const deep = fc.constant(ABYSS_MARK);
  return changed(valid, fc.oneof({ weight: 9, arbitrary: garbage }, { weight: 1, arbitrary: deep })).map(
    (value) => JSON.parse(written(value)) as unknown,
  );
}

/** The same as the bytes of JSON, some of them changed, lost or put in; and noise. */
export function hostileJson(valid: unknown): fc.Arbitrary<Uint8Array> {
  const deep = fc.constant(ABYSS_MARK);
  return fc.oneof(
    {
      weight: 5,
      arbitrary: changed(valid, fc.oneof({ weight: 9, arbitrary: garbage }, { weight: 1, arbitrary: deep })).map(
        (value) => Buffer.from(written(value)),
      ),
    },
    { weight: 3, arbitrary: hostileBytes(Buffer.from(JSON.stringify(valid))) },
  );
}

/** These bytes with a few changed, lost or put in; and noise. */
export function hostileBytes(valid: Uint8Array): fc.Arbitrary<Uint8Array> {
  const place = fc.nat({ max: valid.length });
  const change = fc.record({ place, lost: fc.nat({ max: 8 }), put: fc.uint8Array({ maxLength: 8 }) });
  const damaged = fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) =>
      changes.reduce<Uint8Array>(
        (bytes, { place: at, lost, put }) => Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + lost)]),
        valid,
      ),
    );
  const cut = place.map((length) => valid.subarray(0, length));
  const noise = fc.uint8Array({ maxLength: 200 });
  return fc.oneof({ weight: 3, arbitrary: damaged }, { weight: 1, arbitrary: cut }, { weight: 1, arbitrary: noise });
}

/**
 * What `read` throws that is none of these errors: a TypeError, say. Undefined where it gives an answer or one of them, as a reader has to
 * do whatever it is given.
 */
export function foreignErrorOf(
  read: () => unknown,
  errors: readonly (abstract new (...args: never) => Error)[],
): unknown {
  try {
    read();
    return undefined;
  } catch (error) {
    return errors.some((known) => error instanceof known) ? undefined : error;
  }
}

function changed(valid: unknown, other: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const change = fc.record({
    path: fc.constantFrom(...pathsOf(valid)),
    to: fc.option(other, { nil: undefined, freq: 4 }),
  });
  const changes = fc.array(change, { minLength: 0, maxLength: 3 });
  return changes.map((all) => all.reduce((value, { path, to }) => withChange(value, path, to), valid));
}

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const parts = Object.entries(value).flatMap(([name, part]) =>
    pathsOf(part, [...path, Array.isArray(value) ? Number(name) : name]),
  );
  return [path, ...parts];
}

/** A copy with something else at the path; undefined: with nothing there. What an earlier change took away stays away. */
function withChange(value: unknown, [name, ...rest]: Path, to: unknown): unknown {
  if (name === undefined) return to ?? null;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return value;
  const part = rest.length === 0 ? to : withChange((value as Record<string, unknown>)[name], rest, to);
  if (Array.isArray(value))
    return value.flatMap((old: unknown, at) => (at !== name ? [old] : part === undefined ? [] : [part]));
  const { [name]: _old, ...others } = value as Record<string, unknown>;
  return part === undefined ? others : { ...value, [name]: part };
}

function written(value: unknown): string {
  return JSON.stringify(value).replaceAll(JSON.stringify(ABYSS_MARK), '['.repeat(ABYSS) + ']'.repeat(ABYSS));
}
