/** What is changed of a letter before it is replayed. */
export type Mending =
  | { readonly kind: 'none' }
  /** The whole value, instead of the one there. */
  | { readonly kind: 'value'; readonly value: Uint8Array }
  /** Fields laid over those there (JSON Merge Patch, RFC 7396): null takes a field away. */
  | { readonly kind: 'patch'; readonly patch: Readonly<Record<string, unknown>> };

export type Mended =
  { readonly ok: true; readonly value: Uint8Array | null } | { readonly ok: false; readonly why: string };

export function applyMending(value: Uint8Array | null, mending: Mending): Mended {
  switch (mending.kind) {
    case 'none':
      return { ok: true, value };
    case 'value':
      return { ok: true, value: mending.value };
    case 'patch': {
      const object = readObject(Buffer.from(value ?? []).toString());
      if (!object)
        return { ok: false, why: 'it is no JSON object, so there are no fields to patch: give the whole with --value' };
      return { ok: true, value: Buffer.from(JSON.stringify(merge(object, mending.patch))) };
    }
  }
}

/** Reads a JSON object; undefined for anything else. */
export function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function merge(target: Readonly<Record<string, unknown>>, patch: Readonly<Record<string, unknown>>): object {
  const fields = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    const before = fields.get(name);
    if (value === null) fields.delete(name);
    else fields.set(name, isObject(value) ? merge(isObject(before) ? before : {}, value) : value);
  }
  return Object.fromEntries(fields);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
