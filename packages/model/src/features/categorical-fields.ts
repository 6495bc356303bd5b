import type { FeatureRows } from '../networks/dcn/feature-rows.js';

/** A field of a table: the values of any row, as text. */
export interface FieldColumn {
  readonly name: string;
  /** At most so many values of a row count, the first ones. */
  readonly slots: number;
  readonly valuesOf: (row: number) => readonly string[];
}

/** The vocabulary of each field, plain JSON. Features are numbered through: each field's unknown one, then its values. */
export interface CategoricalFields {
  readonly fields: readonly { readonly name: string; readonly slots: number; readonly values: readonly string[] }[];
}

/** The values that the given rows have, in order of first appearance. */
export function fitFields(columns: readonly FieldColumn[], rows: Int32Array): CategoricalFields {
  return {
    fields: columns.map(({ name, slots, valuesOf }) => {
      const values = new Set<string>();
      for (const row of rows) for (const value of valuesOf(row).slice(0, slots)) values.add(value);
      return { name, slots, values: [...values] };
    }),
  };
}

/** How many features there are, unknown ones included. */
export function featureCount({ fields }: CategoricalFields): number {
  return fields.reduce((sum, { values }) => sum + 1 + values.length, 0);
}

/** Features of rows. A value not in the vocabulary and a row without values are the field's unknown feature. */
export function encodeFields(
  { fields }: CategoricalFields,
  columns: readonly FieldColumn[],
  rows: Int32Array,
): FeatureRows {
  const slots = fields.map((field) => field.slots);
  const width = slots.reduce((sum, count) => sum + count, 0);
  const indexes = new Int32Array(rows.length * width);
  const shares = new Float32Array(rows.length * width);
  let offset = 0;
  let column = 0;
  fields.forEach((field, at) => {
    const indexOf = new Map(field.values.map((value, index) => [value, offset + 1 + index]));
    const { valuesOf } = columns[at]!;
    rows.forEach((row, to) => {
      const values = valuesOf(row).slice(0, field.slots);
      const start = to * width + column;
      indexes.fill(offset, start, start + field.slots);
      if (values.length === 0) shares[start] = 1;
      values.forEach((value, slot) => {
        indexes[start + slot] = indexOf.get(value) ?? offset;
        shares[start + slot] = 1 / values.length;
      });
    });
    offset += 1 + field.values.length;
    column += field.slots;
  });
  const plain = slots.every((count) => count === 1);
  return { rows: rows.length, slots, indexes, ...(!plain && { shares }) };
}
